import type { Role } from '@bulkhead/contract';
import type { ColumnType, Generated, Selectable } from 'kysely';

export interface OperatorTable {
  id: string;
  email: string;
  name: string;
  roles: Role[];
  state: 'invited' | 'active' | 'disabled';
  created_at: Date;
  last_sign_in_at: Date | null;
  failed_attempts: Generated<number>;
  locked_until: Date | null;
}
export interface PasskeyTable {
  credential_id: string;
  operator_id: string;
  public_key: Buffer;
  counter: ColumnType<string, number, number>;
  transports: string[];
  created_at: Date;
}
export interface PasswordTable {
  operator_id: string;
  hash: string;
  totp_sealed: Buffer;
  totp_last_step: ColumnType<string, number | undefined, number>;
  changed_at: Date;
}
/** What `begin` prepared and `complete` checks; the seed of the one-time code is sealed. */
export interface PendingEnrolment {
  email: string;
  name: string;
  challenge?: string;
  totpSealed?: string;
}
export interface LinkTable {
  id: string;
  token_hash: Buffer;
  kind: 'set-up' | 'invitation';
  operator_id: string | null;
  expires_at: Date;
  used_at: Date | null;
  attempts: Generated<number>;
  pending: ColumnType<PendingEnrolment | null, string | null, string | null>;
  created_at: Date;
}
export type Link = Selectable<LinkTable>;
export interface ChallengeTable {
  id: string;
  challenge: string;
  expires_at: Date;
}
export interface SessionTable {
  id: string;
  token_hash: Buffer;
  operator_id: string;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
  address: string;
  user_agent: string;
}
export interface TokenTable {
  id: string;
  secret_hash: Buffer;
  name: string;
  roles: Role[];
  created_by: string;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
}
export interface ViewTable {
  id: string;
  owner_id: string;
  list: string;
  name: string;
  filter: string;
  sort: string | null;
  columns: string[];
  shared: boolean;
  created_at: Date;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    access_operator: OperatorTable;
    access_passkey: PasskeyTable;
    access_password: PasswordTable;
    access_link: LinkTable;
    access_challenge: ChallengeTable;
    access_session: SessionTable;
    access_token: TokenTable;
    access_view: ViewTable;
  }
}
