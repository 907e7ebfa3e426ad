import type { DialectName } from '@bulkhead/uptane';
import type { ColumnType, Generated } from 'kysely';

/** int8 arrives as text, so that no digit is lost. */
type Int8 = ColumnType<string, number | string, number | string>;

export interface UploadTable {
  id: string;
  file_name: string;
  role: string;
  hardware_ids: string[];
  sha256: Buffer;
  sha512: Buffer | null;
  length: Int8;
  received: ColumnType<string, number | undefined, number>;
  confidential: boolean;
  created_at: Date;
  touched_at: Date;
  created_by: string;
  created_by_name: string;
}

export interface ImageTable {
  id: string;
  file_name: string;
  role: string;
  hardware_ids: string[];
  sha256: Buffer;
  sha512: Buffer;
  length: Int8;
  confidential: boolean;
  uploaded_at: Date;
  uploaded_by: string;
  uploaded_by_name: string;
}

export interface RepositoryTable {
  dialect: DialectName;
  root_version: number;
  targets_version: number;
  snapshot_version: number;
  timestamp_version: number;
  signed_at: Date;
  fresh_until: Date;
  fault: Generated<string | null>;
  fault_at: Generated<Date | null>;
}

export interface FileTable {
  dialect: DialectName;
  role: string;
  version: number;
  bytes: Buffer;
  sha256: Buffer;
  expires: Date;
  published_at: Date;
  published_by: string;
}

export interface CurrentTable {
  dialect: DialectName;
  role: string;
  version: number;
  expires: Date;
  images: number;
}

export interface DraftTable {
  dialect: DialectName;
  role: string;
  version: number;
  bytes: Buffer;
  digest: Buffer;
  created_at: Date;
  created_by: string;
  created_by_name: string;
  updated_at: Date;
  updated_by_name: string;
}

export interface OnlineKeyTable {
  role: 'snapshot' | 'timestamp';
  generation: number;
  key_id: string;
  created_at: Date;
}

export interface TargetTable {
  dialect: DialectName;
  file_name: string;
  sha256: Buffer;
  sha512: Buffer | null;
  role: string;
  length: Int8;
  hardware_ids: string[];
  release_counter: ColumnType<string | null, number | null, number | null>;
  listed: boolean;
  first_at: Date;
}

export interface EncryptedTable {
  sha256: Buffer;
  file_name: string;
  encrypted_sha256: Buffer;
  encrypted_sha512: Buffer;
  encrypted_length: Int8;
  sealed_key: Buffer;
  created_at: Date;
}

declare module '../../platform/db/tables.ts' {
  interface Tables {
    images_upload: UploadTable;
    images_image: ImageTable;
    images_repository: RepositoryTable;
    images_file: FileTable;
    images_current: CurrentTable;
    images_draft: DraftTable;
    images_online_key: OnlineKeyTable;
    images_target: TargetTable;
    images_encrypted: EncryptedTable;
  }
}
