import { createTransport } from 'nodemailer';
import { oneLine } from '../message.ts';
import { type Blame, failed, type Outcome, type Parcel } from './parcel.ts';
import { headlineOf, htmlOf, plainTextOf } from './render.ts';

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: 'starttls' | 'tls' | 'none';
  readonly user: string;
  readonly password: string;
  /** `Name <address>` or an address. */
  readonly from: string;
  /** Milliseconds that the whole conversation may take. */
  readonly timeout: number;
  /** Certificates trusted instead of the system's; for tests. */
  readonly ca?: string;
}

const longestReply = 4096;

const transportOf = ({ host, port, secure, user, password, timeout, ca }: MailSettings) =>
  createTransport({
    host,
    port,
    secure: secure === 'tls',
    requireTLS: secure === 'starttls',
    ignoreTLS: secure === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password }, forceAuth: true }),
    ...(ca ? { tls: { ca } } : {}),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    socketCloseTimeout: 0,
    maxResponseSize: longestReply,
    // what a message holds is text and never the name of a file or an address to fetch
    disableFileAccess: true,
    disableUrlAccess: true,
  });

/** The domain of the sender, for message ids; the sender is the operator's own setting. */
const domainOf = (from: string) => /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'bulkhead.invalid';

interface SmtpFailure extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
}

/**
 * Sends one mail to all addresses. A timeout of silence alone would let a server that says one byte at a time hold the
 * channel, so the whole conversation has one end.
 */
export async function sendMail(settings: MailSettings, addresses: readonly string[], parcel: Parcel): Promise<Outcome> {
  const transport = transportOf(settings);
  const signal = AbortSignal.timeout(settings.timeout);
  try {
    const { rejected, rejectedErrors = [] } = await transport.sendMail({
      from: settings.from,
      to: addresses.map((address) => ({ name: '', address })),
      subject: oneLine(headlineOf(parcel), 250),
      text: plainTextOf(parcel),
      html: htmlOf(parcel),
      messageId: `<${parcel.id}@${domainOf(settings.from)}>`,
      // RFC 3834 s5: nobody's absence note answers it
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Bulkhead-Delivery': parcel.id },
      signal,
    });
    if (rejected.length === 0) return { delivered: true, detail: `The mail server at ${settings.host} took it` };
    const remaining = rejected.map(String);
    const why = describe((rejectedErrors[0] ?? new Error('no reason given')) as SmtpFailure);
    return { ...failed(`Not taken for ${remaining.slice(0, 5).join(', ')}: ${why}`, 'message'), remaining };
  } catch (error) {
    if (signal.aborted)
      return failed(`The mail server at ${settings.host} did not end within ${settings.timeout / 1000} s`);
    return failed(describe(error as SmtpFailure), blameOf(error as SmtpFailure));
  } finally {
    transport.close();
  }
}

/** RFC 5321 s4.2.1: 4yz may pass, 5yz lasts, 421 is the whole server. Before MAIL FROM it is about us, from there on about the mail. */
function blameOf({ responseCode = 0, command = '' }: SmtpFailure): Blame {
  if (responseCode < 400 || responseCode === 421 || !/^(MAIL FROM|RCPT TO|DATA)/.test(command)) return 'receiver';
  return responseCode >= 500 ? 'message' : 'unclear';
}

function describe({ message, code, response }: SmtpFailure): string {
  return `${oneLine(response ?? message, 160)}${code ? ` (${code})` : ''}`;
}
