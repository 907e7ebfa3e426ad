import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { aliasOf, type ConfirmedAlias, createAliasViews } from './alias-views.ts';
import type { NewComponent } from './sbom-store.ts';

interface ContentRow {
  id: string;
  name: string;
  version: string | null;
  purl: string | null;
  cpe: string | null;
  cpes: string[] | null;
  supplier: string | null;
  source: string | null;
  hashes: unknown;
  aliases: string[] | null;
}

/** What another module takes over from an SBOM: the software it describes and the components in it. */
export const createSbomContentsViews = (db: Db) => ({
  /** Undefined when the software version is unknown, or has no SBOM that is in use. */
  contents: (softwareId: string) => contentsOf(db, softwareId),

  described: async (): Promise<{ softwareId: string; sbomId: string }[]> => {
    const rows = await db
      .selectFrom('inventory_sbom')
      .select(['id', 'software_id'])
      .where('state', '=', 'accepted')
      .execute();
    return rows.map((row) => ({ softwareId: row.software_id, sbomId: row.id }));
  },

  /** Software versions that no SBOM in use describes. */
  undescribed: async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from inventory_software s
      where not exists (select from inventory_sbom b where b.software_id = s.id and b.state = 'accepted')`.execute(db);
    return rows[0]?.n ?? 0;
  },

  recognise: (given: readonly NewComponent[]) => recognise(db, given),
});

/** What is on the vehicle of the SBOM in use, each component once; what is excluded is left out. */
async function contentsOf(db: Db, softwareId: string) {
  const found = await db
    .selectFrom('inventory_sbom as b')
    .innerJoin('inventory_software as s', 's.id', 'b.software_id')
    .select(['b.id as sbomId', 's.id', 's.name', 's.version', 's.supplier', 's.function', 's.created_at as createdAt'])
    .where('b.software_id', '=', softwareId)
    .where('b.state', '=', 'accepted')
    .executeTakeFirst();
  if (!found) return undefined;
  const { sbomId, ...software } = found;
  const { rows } = await sql<ContentRow>`
    select distinct on (c.id) c.id, c.name, c.version, c.purl, c.cpe, c.cpes, c.supplier, c.source, sc.hashes,
      case when c.identified then null else ${aliasOf(sql`c.name_key`)} end as aliases
    from inventory_sbom_component sc join inventory_component c on c.id = sc.component_id
    where sc.sbom_id = ${sbomId}::uuid and sc.scope is distinct from 'excluded' order by c.id, sc.ordinal`.execute(db);
  const components = rows.map(({ cpes, aliases, ...row }) => ({
    ...row,
    cpes: cpes ?? [],
    aliases: aliasesIn(aliases),
  }));
  return { sbomId, software, components };
}

/** Components of a document that is not stored: with the id of the same component in the inventory, and with aliases. */
async function recognise(db: Db, given: readonly NewComponent[]) {
  const { rows } = await sql<{ id: string; key: string }>`select id, encode(key, 'hex') as key from inventory_component
    where key = any(${given.map(({ key }) => Buffer.from(key, 'hex'))}::bytea[])`.execute(db);
  const ids = new Map(rows.map(({ id, key }) => [key, id]));
  const nameless = given.filter(({ purl, cpe }) => cpe === null && !isMatched(purl));
  const meanings = await createAliasViews(db).confirmedForNames(nameless.map(({ name }) => name));
  return given.map(({ name, version, purl, cpe, cpes, supplier, source, licences, key }) => {
    const meaning = cpe === null && !isMatched(purl) ? meanings.get(name) : undefined;
    const aliases = meaning ? [meaning] : [];
    return { name, version, purl, cpe, cpes: cpes ?? [], supplier, source, licences, knownId: ids.get(key), aliases };
  });
}

const isMatched = (purl: string | null) => purl !== null && !purl.startsWith('pkg:yocto/');

/** [purl, vendor, product] as `aliasOf` answers it. */
function aliasesIn(alias: string[] | null): ConfirmedAlias[] {
  if (!alias) return [];
  const [purl, vendor, product] = alias;
  return [{ ...(purl ? { purl } : {}), ...(vendor && product ? { vendor, product } : {}) }];
}
