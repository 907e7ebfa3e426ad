import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import './tables.ts';

const json = (value: unknown) => JSON.stringify(value);
const batch = 2_000;

/** What the list of one version says about the code of one finding. */
export interface CodePresenceRow {
  readonly softwareId: string;
  readonly vulnerabilityId: string;
  readonly componentId: string;
  readonly absent: boolean;
  readonly note: string;
}

/** Whose judgements are made anew: those of some versions, or of some vulnerabilities wherever there is a list. */
export type JudgedScope = { readonly column: 'software_id' | 'vulnerability_id'; readonly ids: readonly string[] };

/** Writes lists of compiled files and what follows from them. */
export const createCompiledFilesStore = (db: Db) => ({
  put: async (list: {
    readonly softwareId: string;
    readonly sha256: Buffer;
    readonly fileCount: number;
    readonly content: Buffer;
    readonly at: Date;
    readonly by: string;
  }): Promise<void> => {
    const { softwareId, sha256, fileCount, content, at, by } = list;
    const values = { sha256, file_count: fileCount, content, uploaded_at: at, uploaded_by: by };
    await db
      .insertInto('vulnerabilities_compiled_files')
      .values({ software_id: softwareId, ...values })
      .onConflict((conflict) => conflict.column('software_id').doUpdateSet(values))
      .execute();
  },

  remove: async (softwareId: string): Promise<void> => {
    await db.deleteFrom('vulnerabilities_compiled_files').where('software_id', '=', softwareId).execute();
    await db.deleteFrom('vulnerabilities_code_presence').where('software_id', '=', softwareId).execute();
  },

  /** What was said before within the scope gives way to this. */
  replacePresences: async ({ column, ids }: JudgedScope, rows: readonly CodePresenceRow[]): Promise<void> => {
    await sql`delete from vulnerabilities_code_presence where ${sql.ref(column)} = any(${[...ids]}::uuid[])`.execute(
      db,
    );
    for (let i = 0; i < rows.length; i += batch)
      await sql`insert into vulnerabilities_code_presence (software_id, vulnerability_id, component_id, absent, note)
        select "softwareId", "vulnerabilityId", "componentId", absent, note from jsonb_to_recordset(${json(rows.slice(i, i + batch))}::jsonb)
          as r("softwareId" uuid, "vulnerabilityId" uuid, "componentId" uuid, absent boolean, note text)`.execute(db);
  },
});
