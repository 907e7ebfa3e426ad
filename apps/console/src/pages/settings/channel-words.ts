import type { channelKinds, chatDialects, NotificationChannel } from '@bulkhead/contract';

export const kindNames: Readonly<
  Record<(typeof channelKinds)[number], { readonly title: string; readonly text: string }>
> = Object.freeze({
  webhook: { title: 'Webhook', text: 'Signed JSON for a SOAR, a ticket system or a program of your own' },
  chat: { title: 'Chat', text: 'A room in Slack, Mattermost, Teams or Google Chat' },
  smtp: { title: 'Mail', text: 'Addresses of people or of a mailing list' },
});

export const dialectNames: Readonly<Record<(typeof chatDialects)[number], string>> = Object.freeze({
  slack: 'Slack',
  mattermost: 'Mattermost',
  teams: 'Microsoft Teams (Workflows)',
  'google-chat': 'Google Chat',
});

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** `Webhook`, `Chat (Slack)`. */
export const kindText = ({ kind, dialect }: Pick<NotificationChannel, 'kind' | 'dialect'>): string =>
  dialect ? `${kindNames[kind].title} (${dialectNames[dialect]})` : kindNames[kind].title;

/** `At once`, `Daily at 08:00 UTC`. */
export function scheduleText({ digest }: Pick<NotificationChannel, 'digest'>): string {
  if (!digest) return 'At once';
  if (digest.every === 'hour') return 'Every full hour';
  if (digest.every === 'day') return `Daily at ${digest.at} UTC`;
  return `${weekdays[(digest.weekday ?? 1) - 1]}s at ${digest.at} UTC`;
}

/** `updates.* ≥ high, vulnerabilities.sla ≥ medium`. */
export const hearsText = ({ subscriptions }: Pick<NotificationChannel, 'subscriptions'>): string =>
  subscriptions.map(({ topic, minSeverity }) => `${topic} ≥ ${minSeverity}`).join(', ');
