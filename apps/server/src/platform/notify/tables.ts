import type { Json } from '@bulkhead/kernel';
import type { ColumnType, Generated, Selectable } from 'kysely';

export interface ChannelTable {
  id: string;
  name: string;
  kind: 'smtp' | 'webhook' | 'chat';
  dialect: 'slack' | 'mattermost' | 'teams' | 'google-chat' | null;
  target: string;
  addresses: string[];
  sealed: Buffer | null;
  previous_secret_until: Generated<Date | null>;
  enabled: boolean;
  mode: 'immediate' | 'digest';
  digest_every: 'hour' | 'day' | 'week' | null;
  digest_minute: number | null;
  digest_weekday: number | null;
  next_digest_at: Date | null;
  failures: Generated<number>;
  blocked_until: Generated<Date | null>;
  last_success_at: Generated<Date | null>;
  last_failure_at: Generated<Date | null>;
  last_error: Generated<string | null>;
  lease_token: Generated<string | null>;
  lease_until: Generated<Date | null>;
  created_at: Date;
  created_by: string;
}
export type ChannelRow = Selectable<ChannelTable>;

export interface SubscriptionTable {
  channel_id: string;
  topic: string;
  min_severity: number;
}

export interface MessageTable {
  id: string;
  topic: string;
  severity: number;
  subject: string;
  body: string;
  link: string | null;
  data: ColumnType<Json | null, string | null, never>;
  dedupe_key: string | null;
  created_at: Date;
}

export interface DeliveryTable {
  id: string;
  channel_id: string;
  message_id: string;
  state: Generated<'waiting' | 'retrying' | 'delivered' | 'undeliverable'>;
  digest_id: string | null;
  attempts: Generated<number>;
  next_attempt_at: ColumnType<Date | number, Date, Date>;
  queued_at: Date;
  remaining: string[] | null;
  error: Generated<string | null>;
  created_at: Date;
  ended_at: Generated<Date | null>;
}

declare module '../db/tables.ts' {
  interface Tables {
    platform_notify_channel: ChannelTable;
    platform_notify_subscription: SubscriptionTable;
    platform_notify_message: MessageTable;
    platform_notify_delivery: DeliveryTable;
  }
}
