import type { VexAuthor } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { TrustedAuthor } from './vex-signature.ts';

const authorOf = (row: {
  id: string;
  name: string;
  key_id: string;
  public_key: string;
  supplier: string | null;
  auto_apply: boolean;
  created_at: Date;
  created_by: string;
}): VexAuthor => ({
  id: row.id,
  name: row.name,
  keyId: row.key_id,
  publicKey: row.public_key,
  supplier: row.supplier,
  autoApply: row.auto_apply,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
});

/** Whose signatures count. */
export const createVexAuthorViews = (db: Db) => ({
  authors: async (): Promise<VexAuthor[]> =>
    (await db.selectFrom('vulnerabilities_author').selectAll().orderBy('name').execute()).map(authorOf),
  author: async (id: string): Promise<VexAuthor | undefined> => {
    const row = await db.selectFrom('vulnerabilities_author').selectAll().where('id', '=', id).executeTakeFirst();
    return row && authorOf(row);
  },
  trusted: async (keyId: string): Promise<TrustedAuthor | undefined> => {
    const row = await db
      .selectFrom('vulnerabilities_author')
      .selectAll()
      .where('key_id', '=', keyId)
      .executeTakeFirst();
    return row && authorOf(row);
  },
  trustedById: async (ids: readonly string[]): Promise<Map<string, TrustedAuthor>> => {
    const rows = await db
      .selectFrom('vulnerabilities_author')
      .selectAll()
      .where(sql<boolean>`id = any(${[...ids]}::uuid[])`)
      .execute();
    return new Map(rows.map((row) => [row.id, authorOf(row)]));
  },
});
