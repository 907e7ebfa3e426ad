import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { StatementRow } from './domain/sbom-rows.ts';

export interface NewSbom {
  readonly id: string;
  readonly software_id: string;
  readonly software: string;
  readonly supplier: string;
  readonly format: 'cyclonedx' | 'spdx';
  readonly spec_version: string;
  readonly component_count: number;
  readonly unidentified: number;
  readonly statement_count: number;
  readonly warnings: string[];
  readonly sha256: Buffer;
  readonly size: number;
  readonly subject: string | null;
  readonly state: 'accepted' | 'rejected';
  readonly state_reason: string | null;
  readonly quality_score: number;
  /** JSON of the results of the rules. */
  readonly quality: string;
  readonly uploaded_at: Date;
  readonly uploaded_by: string;
}

/** A component of one document; `key` (hex) is equal for components that are the same thing. */
export interface NewComponent {
  readonly id: string;
  readonly key: string;
  readonly ordinal: number;
  readonly ref: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
  readonly cpes: readonly string[] | null;
  readonly type: string;
  readonly supplier: string | null;
  readonly source: string | null;
  readonly licences: readonly string[];
  readonly scope: string | null;
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[] | null;
}

export interface NewDependency {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export type SbomStore = ReturnType<typeof createSbomStore>;

/** One statement carries this many rows: bounded memory on both sides, and few round trips. */
const batch = 10_000;

/** Writes inventory_sbom, inventory_component and what joins them. */
export const createSbomStore = (db: Db) => ({
  /** Waits for another upload to the same software version, so that two of them replace one after the other. */
  hold: (softwareId: string) =>
    db
      .selectFrom('inventory_software')
      .select(['id', 'name', 'version', 'supplier'])
      .where('id', '=', softwareId)
      .forUpdate()
      .executeTakeFirst(),

  /** Removes the SBOMs of a software version that are in these states, with all that hangs on them. */
  remove: async (softwareId: string, states: readonly ('accepted' | 'rejected')[], but?: string): Promise<Buffer[]> => {
    const olds = await db
      .deleteFrom('inventory_sbom')
      .where('software_id', '=', softwareId)
      .where('state', 'in', states)
      .$if(but !== undefined, (query) => query.where('id', '!=', but ?? ''))
      .returning(['id', 'sha256'])
      .execute();
    if (olds.length === 0) return [];
    const ids = olds.map(({ id }) => id);
    await db.deleteFrom('inventory_sbom_component').where('sbom_id', 'in', ids).execute();
    await db.deleteFrom('inventory_sbom_dependency').where('sbom_id', 'in', ids).execute();
    await db.deleteFrom('inventory_sbom_statement').where('sbom_id', 'in', ids).execute();
    return olds.map(({ sha256 }) => sha256);
  },

  insert: (row: NewSbom) => db.insertInto('inventory_sbom').values(row).execute(),

  /** Takes a rejected SBOM into use. */
  accept: (id: string, by: string, reason: string, at: Date) =>
    db
      .updateTable('inventory_sbom')
      .set({ state: 'accepted', state_reason: reason, decided_by: by, decided_at: at })
      .where('id', '=', id)
      .execute(),

  rate: (id: string, score: number, quality: string) =>
    db.updateTable('inventory_sbom').set({ quality_score: score, quality }).where('id', '=', id).execute(),

  insertComponents: async (sbomId: string, components: readonly NewComponent[]) => {
    for (let i = 0; i < components.length; i += batch) await insertBatch(db, sbomId, components.slice(i, i + batch));
  },

  insertDependencies: async (sbomId: string, edges: readonly NewDependency[]) => {
    for (let i = 0; i < edges.length; i += batch) {
      const part = edges.slice(i, i + batch);
      await sql`insert into inventory_sbom_dependency (sbom_id, from_ordinal, to_ordinal, kind)
        select ${sbomId}::uuid, r.* from unnest(${part.map((edge) => edge.from)}::int[], ${part.map((edge) => edge.to)}::int[],
          ${part.map((edge) => edge.kind)}::text[]) as r on conflict do nothing`.execute(db);
    }
  },

  insertStatements: async (sbomId: string, statements: readonly StatementRow[]) => {
    for (let i = 0; i < statements.length; i += batch) {
      const json = JSON.stringify(statements.slice(i, i + batch));
      await sql`insert into inventory_sbom_statement
          (sbom_id, vulnerability, status, justification, detail, responses, ordinals, elsewhere, at)
        select ${sbomId}::uuid, r.* from jsonb_to_recordset(${json}::jsonb) as r(vulnerability text, status text,
          justification text, detail text, responses text[], ordinals int[], elsewhere text[], at timestamptz)`.execute(
        db,
      );
    }
  },
});

/** Known components are shared; new ones go in, in the order of their keys against deadlocks between two uploads. */
async function insertBatch(db: Db, sbomId: string, components: readonly NewComponent[]): Promise<void> {
  const json = JSON.stringify(components);
  await sql`insert into inventory_component (id, key, name, version, purl, cpe, cpes, type, supplier, source, licences)
    select distinct on (r.key) r.id, decode(r.key, 'hex'), r.name, r.version, r.purl, r.cpe, r.cpes, r.type, r.supplier, r.source,
      r.licences
    from jsonb_to_recordset(${json}::jsonb) as r(id uuid, key text, name text, version text, purl text, cpe text, cpes text[],
      type text, supplier text, source text, licences text[])
    order by r.key on conflict (key) do nothing`.execute(db);
  // a statement of its own: it must see what the insert, or another upload meanwhile, has put in
  await sql`insert into inventory_sbom_component (sbom_id, ordinal, component_id, ref, scope, hashes, licences)
    select ${sbomId}::uuid, r.ordinal, c.id, r.ref, r.scope, nullif(r.hashes, 'null'::jsonb), nullif(r.licences, c.licences)
    from jsonb_to_recordset(${json}::jsonb) as r(key text, ordinal int, ref text, scope text, hashes jsonb, licences text[])
    join inventory_component c on c.key = decode(r.key, 'hex')`.execute(db);
}
