import type { Config } from '../config/schema.ts';
import type { MailSettings } from './send/mail.ts';

/** The mail server of the configuration, or what is missing in it. */
export function mailSettings(
  config: Config['notifications'],
  timeout: number,
): MailSettings | { readonly fault: string } {
  const { smtpHost, smtpPort, smtpSecure, smtpUser, smtpPassword, smtpFrom } = config;
  if (smtpHost === '' || smtpFrom === '')
    return {
      fault:
        'Mail is not set up: set notifications.smtpHost and notifications.smtpFrom in the configuration and restart.',
    };
  return {
    host: smtpHost,
    port: smtpPort,
    secure: smtpSecure,
    user: smtpUser,
    password: smtpPassword,
    from: smtpFrom,
    timeout,
  };
}
