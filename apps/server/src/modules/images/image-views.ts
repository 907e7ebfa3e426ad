import { type Image, imageOperations, type ListQuery } from '@bulkhead/contract';
import type { DialectName } from '@bulkhead/uptane';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import type { HeldImage, NamedImage } from './deps.ts';
import './tables.ts';

const listedIn = sql<string[]>`array(select t.dialect from images_target t where t.file_name = i.file_name
  and t.sha256 = i.sha256 and t.listed order by t.dialect)`;
const everListed = sql`exists (select from images_target t where t.file_name = i.file_name and t.sha256 = i.sha256)`;
const listedNow = sql`exists (select from images_target t where t.file_name = i.file_name and t.sha256 = i.sha256 and t.listed)`;
const state = sql<
  Image['state']
>`case when ${listedNow} then 'published' when ${everListed} then 'superseded' else 'stored' end`;

const images = defineList(
  imageOperations.listImages.list,
  {
    fileName: 'i.file_name',
    role: 'i.role',
    state: { column: state },
    sha256: { column: sql`encode(i.sha256, 'hex')` },
    length: 'i.length',
    confidential: 'i.confidential',
    uploadedAt: 'i.uploaded_at',
    hardwareId: {
      test: ({ operator, values }) => {
        const found = sql<boolean>`i.hardware_ids && ${[...values]}::text[]`;
        return operator === '!=' ? sql<boolean>`not ${found}` : found;
      },
    },
  },
  'i.id',
);

const selectImages = (db: Db) =>
  db
    .selectFrom('images_image as i')
    .selectAll('i')
    .select([
      state.as('state'),
      listedIn.as('dialects'),
      sql<string | null>`(select max(t.release_counter) from images_target t where t.file_name = i.file_name
        and t.sha256 = i.sha256)`.as('release_counter'),
      sql<Date | null>`(select min(t.first_at) from images_target t where t.file_name = i.file_name
        and t.sha256 = i.sha256)`.as('published_at'),
    ]);
type ImageRow = Awaited<ReturnType<ReturnType<typeof selectImages>['executeTakeFirstOrThrow']>>;

const imageOf = (row: ImageRow): Image => ({
  id: row.id,
  fileName: row.file_name,
  role: row.role,
  sha256: row.sha256.toString('hex'),
  sha512: row.sha512.toString('hex'),
  length: Number(row.length),
  state: row.state,
  dialects: row.dialects,
  hardwareIds: row.hardware_ids,
  releaseCounter: row.release_counter === null ? null : Number(row.release_counter),
  confidential: row.confidential,
  uploadedAt: row.uploaded_at.toISOString(),
  uploadedBy: row.uploaded_by_name,
  publishedAt: row.published_at?.toISOString() ?? null,
});

const hex = (text: string) => Buffer.from(text, 'hex');

/** Read models of images. */
export const createImageViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(selectImages(db), images, query);
    return { items: rows.map(imageOf), ...page };
  },
  byId: async (id: string): Promise<Image | undefined> => {
    const row = await selectImages(db).where('i.id', '=', id).executeTakeFirst();
    return row && imageOf(row);
  },
  exists: async (fileName: string, sha256: string): Promise<boolean> =>
    (await db
      .selectFrom('images_image')
      .select('id')
      .where('file_name', '=', fileName)
      .where('sha256', '=', hex(sha256))
      .executeTakeFirst()) !== undefined,

  byDigest: async (sha256: string): Promise<HeldImage | undefined> => {
    const row = await db
      .selectFrom('images_image')
      .select(['sha512', 'length'])
      .where('sha256', '=', hex(sha256))
      .limit(1)
      .executeTakeFirst();
    return row && { sha256, sha512: row.sha512.toString('hex'), length: Number(row.length) };
  },

  /** The images a targets file lists, as far as they are held: `name sha256` to length and SHA-512. */
  held: async (names: readonly string[]): Promise<Map<string, { length: number; sha512: string }>> => {
    const rows = await db
      .selectFrom('images_image')
      .select(['file_name', 'sha256', 'sha512', 'length'])
      .where('file_name', '=', sql<string>`any(${[...names]}::text[])`)
      .execute();
    return new Map(
      rows.map((row) => [
        `${row.file_name} ${row.sha256.toString('hex')}`,
        { length: Number(row.length), sha512: row.sha512.toString('hex') },
      ]),
    );
  },

  uses: async (sha256: Buffer): Promise<number> => {
    const { n } = await db
      .selectFrom('images_image')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('sha256', '=', sha256)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  /** An image that is listed now under this name. */
  named: async (dialect: DialectName, fileName: string): Promise<NamedImage | undefined> => {
    const row = await selectNamed(db, dialect, fileName).where('t.listed', '=', true).executeTakeFirst();
    return row && namedOf(row);
  },

  /** An image that is or was listed under this name with this hash of either kind (Uptane 5.2.6: HASH.name). */
  hashed: async (dialect: DialectName, fileName: string, hash: string): Promise<NamedImage | undefined> => {
    const column = hash.length === 64 ? 't.sha256' : 't.sha512';
    const row = await selectNamed(db, dialect, fileName).where(column, '=', hex(hash)).executeTakeFirst();
    return row && namedOf(row);
  },

  /** Which of these blobs some row still needs. */
  needed: async (blobs: readonly string[]): Promise<Set<string>> => {
    const { rows } = await sql<{ hash: string }>`
      select encode(sha256, 'hex') as hash from images_image where encode(sha256, 'hex') = any(${[...blobs]}::text[])
      union select encode(encrypted_sha256, 'hex') from images_encrypted
        where encode(encrypted_sha256, 'hex') = any(${[...blobs]}::text[])`.execute(db);
    return new Set(rows.map(({ hash }) => hash));
  },
  totals: async (): Promise<{ images: number; bytes: number }> => {
    const { rows } = await sql<{ images: string; bytes: string }>`select
      (select count(*) from images_image) as images,
      (select coalesce(sum(length), 0) from (select distinct sha256, length from images_image) b) as bytes`.execute(db);
    return { images: Number(rows[0]?.images ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
  },
});

const selectNamed = (db: Db, dialect: DialectName, fileName: string) =>
  db
    .selectFrom('images_target as t')
    .selectAll('t')
    .select(
      sql<boolean>`exists (select from images_image i where i.sha256 = t.sha256 and i.confidential)`.as('confidential'),
    )
    .where('t.dialect', '=', dialect)
    .where('t.file_name', '=', fileName);
type NamedRow = Awaited<ReturnType<ReturnType<typeof selectNamed>['executeTakeFirstOrThrow']>>;

const namedOf = (row: NamedRow): NamedImage => ({
  fileName: row.file_name,
  role: row.role,
  sha256: row.sha256.toString('hex'),
  sha512: row.sha512?.toString('hex') ?? null,
  length: Number(row.length),
  hardwareIds: row.hardware_ids,
  releaseCounter: row.release_counter === null ? null : Number(row.release_counter),
  confidential: row.confidential,
});
