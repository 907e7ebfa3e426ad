import type { Generated } from 'kysely';

export interface AuthorityTable {
  id: string;
  name: string;
  generation: Generated<number>;
  kind: 'root' | 'issuing';
  subject: string;
  issuer: string;
  serial_number: string;
  algorithm: string;
  fingerprint: string;
  not_before: Date;
  not_after: Date;
  key_name: string;
  der: Buffer;
  created_at: Date;
}

export interface CertificateTable {
  serial_number: string;
  authority: string;
  profile: string;
  subject: string;
  ecu_id: string | null;
  vin: string | null;
  ecu_serial: string | null;
  not_before: Date;
  not_after: Date;
  expiring_at: Date;
  issued_at: Date;
  fingerprint: string;
  key_fingerprint: string;
  key_algorithm: string;
  der: Buffer;
  replaces: string | null;
  replaced_by: string | null;
  revoked_at: Date | null;
  revocation_reason: string | null;
  released_at: Date | null;
}

export interface RevocationTable {
  serial_number: string;
  authority: string;
  revoked_at: Date;
  reason: string;
  not_after: Date;
  transaction: Generated<string>;
}

export interface CrlTable {
  authority: string;
  number: string;
  this_update: Date;
  next_update: Date;
  entries: number;
  covered: number;
  der: Buffer;
}

export interface TotalTable {
  profile: string;
  authority: string;
  slot: number;
  issued: Generated<string>;
  revoked: Generated<string>;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    identity_authority: AuthorityTable;
    identity_certificate: CertificateTable;
    identity_revocation: RevocationTable;
    identity_crl: CrlTable;
    identity_total: TotalTable;
  }
}
