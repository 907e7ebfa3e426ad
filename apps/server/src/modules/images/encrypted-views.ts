import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

export interface EncryptedCopy {
  readonly fileName: string;
  readonly encryptedSha256: string;
  readonly encryptedSha512: string;
  readonly encryptedLength: number;
  readonly sealedKey: Buffer;
}

const select = (db: Db) => db.selectFrom('images_encrypted').selectAll();
type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const copyOf = (row: Row): EncryptedCopy => ({
  fileName: row.file_name,
  encryptedSha256: row.encrypted_sha256.toString('hex'),
  encryptedSha512: row.encrypted_sha512.toString('hex'),
  encryptedLength: Number(row.encrypted_length),
  sealedKey: row.sealed_key,
});

/** Encrypted copies of images. */
export const createEncryptedViews = (db: Db) => ({
  byName: async (fileName: string): Promise<EncryptedCopy | undefined> => {
    const row = await select(db).where('file_name', '=', fileName).executeTakeFirst();
    return row && copyOf(row);
  },
  ofImage: async (sha256: string): Promise<EncryptedCopy | undefined> => {
    const row = await select(db).where('sha256', '=', Buffer.from(sha256, 'hex')).executeTakeFirst();
    return row && copyOf(row);
  },
});
