import {
  type DriftedVehicle,
  type ListQuery,
  type Rxswin,
  type RxswinPassage,
  updatesOperations,
} from '@bulkhead/contract';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';
import { type Defined, drifts } from './rxswin-drift-views.ts';
import type { RxswinEntryTable, RxswinTable } from './rxswin-tables.ts';
import './campaign-tables.ts';

type Row = Selectable<RxswinTable>;

const register = defineList(
  updatesOperations.listRxswins.list,
  {
    rxswin: 'x.rxswin',
    model: 'x.model',
    state: 'x.state',
    version: 'x.version',
    system: 'x.system',
    createdAt: 'x.created_at',
  },
  'x.id',
);
const drifted = defineList(
  updatesOperations.listRxswinDrift.list,
  { vin: 'd.vin', rxswin: 'x.rxswin', model: 'x.model', role: 'd.role', reported: 'd.reported', since: 'd.since' },
  'd.id',
);

const firstId = '00000000-0000-0000-0000-000000000000';

export const rxswinOf = (row: Row & { entries: number }): Rxswin => {
  const [matches = 0, behind = 0, drift = 0, unknown = 0] = (row.found ?? []).map(Number);
  return {
    id: row.id,
    rxswin: row.rxswin,
    model: row.model,
    version: row.version,
    state: row.state,
    system: row.system,
    regulation: row.regulation,
    entries: row.entries,
    hash: row.hash.toString('hex'),
    drift: row.checked_at
      ? {
          checkedAt: row.checked_at.toISOString(),
          vehicles: matches + behind + drift + unknown,
          matches,
          behind,
          drifted: drift,
          unknown,
        }
      : null,
    createdAt: row.created_at.toISOString(),
    releasedAt: row.released_at?.toISOString() ?? null,
  };
};

const select = (db: Db) =>
  db
    .selectFrom('updates_rxswin as x')
    .selectAll('x')
    .select(sql<number>`(select count(*)::int from updates_rxswin_entry e where e.rxswin_id = x.id)`.as('entries'));

/** Read models of the RXSWIN register. */
export const createRxswinViews = (db: Db) => ({
  list: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(select(db), register, query);
    return { items: rows.map(rxswinOf), ...page };
  },
  all: () => select(db).orderBy('x.rxswin').orderBy('x.model').orderBy('x.version').execute(),
  byId: (id: string) => select(db).where('x.id', '=', id).executeTakeFirst(),
  byIds: (ids: readonly string[]) =>
    select(db)
      .where('x.id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .execute(),
  entries: (id: string): Promise<Selectable<RxswinEntryTable>[]> =>
    db.selectFrom('updates_rxswin_entry').selectAll().where('rxswin_id', '=', id).orderBy('ordinal').execute(),
  authors: (id: string) =>
    db
      .selectFrom('updates_rxswin_author')
      .select(['person_id as id', 'name'])
      .where('rxswin_id', '=', id)
      .orderBy('first_at')
      .execute(),
  latestVersion: async (rxswin: string, model: string): Promise<number> => {
    const row = await db
      .selectFrom('updates_rxswin')
      .select('version')
      .where('rxswin', '=', rxswin)
      .where('model', '=', model)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.version ?? 0;
  },
  previous: (row: Pick<Row, 'rxswin' | 'model' | 'version'>) =>
    db
      .selectFrom('updates_rxswin')
      .select('id')
      .where('rxswin', '=', row.rxswin)
      .where('model', '=', row.model)
      .where('version', '<', row.version)
      .where('state', '<>', 'draft')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst(),

  ...passageViews(db),
  ...driftViews(db),
});

const driftViews = (db: Db) => ({
  drift: async (query: ListQuery) => {
    const rows = db
      .selectFrom('updates_rxswin_drift as d')
      .innerJoin('updates_rxswin as x', 'x.id', 'd.rxswin_id')
      .selectAll('d');
    const { rows: found, ...page } = await pageOf(rows, drifted, query);
    const items = found.map(
      ({ id, vin, rxswin_id, role, software, expected, reported, since }): DriftedVehicle => ({
        id,
        vin,
        rxswinId: rxswin_id,
        role,
        software,
        expected,
        reported,
        since: since.toISOString(),
      }),
    );
    return { items, ...page };
  },

  /** Released definitions for the model of a vehicle. */
  declared: async (vin: string) => {
    const { rows } = await sql<{ id: string; rxswin: string; version: number; system: string; model: string }>`
      select x.id, x.rxswin, x.version, x.system, x.model from updates_rxswin x join inventory_vehicle v on v.model_code = x.model
      where v.vin = ${vin} and x.state = 'released' order by x.rxswin`.execute(db);
    return rows;
  },
  standing: async (vin: string, software: readonly Defined[], before: readonly Defined[]) => {
    const slice = { software, before, vehicles: sql<boolean>`v.vin = ${vin}`, after: firstId, limit: 1 };
    const { rows } = await sql<{
      standing: 'matches' | 'behind' | 'drift' | 'unknown';
    }>`select standing from (${drifts(slice)}) x`.execute(db);
    return rows[0]?.standing ?? 'unknown';
  },
});

const passageViews = (db: Db) => ({
  /** What campaigns did to definitions; to one, or to all. */
  passages: async (where: {
    rxswinId?: string;
    campaignId?: string;
  }): Promise<(RxswinPassage & { afterId: string })[]> => {
    const { rxswinId = null, campaignId = null } = where;
    const { rows } =
      await sql<PassageRow>`select p.campaign_id, c.name as campaign, p.before_id, b.rxswin as before_rxswin,
        b.version as before_version, p.before_hash, p.after_id, a.rxswin as after_rxswin, a.version as after_version, p.after_hash,
        p.started_at, p.finished_at, p.vehicles, p.succeeded
      from updates_rxswin_passage p join updates_campaign c on c.id = p.campaign_id join updates_rxswin a on a.id = p.after_id
      left join updates_rxswin b on b.id = p.before_id
      where (${rxswinId}::uuid is null or p.after_id = ${rxswinId}::uuid or p.before_id = ${rxswinId}::uuid)
        and (${campaignId}::uuid is null or p.campaign_id = ${campaignId}::uuid)
      order by p.started_at, p.after_id`.execute(db);
    return rows.map(passageOf);
  },
});

interface PassageRow {
  readonly campaign_id: string;
  readonly campaign: string;
  readonly before_id: string | null;
  readonly before_rxswin: string;
  readonly before_version: number;
  readonly before_hash: Buffer;
  readonly after_id: string;
  readonly after_rxswin: string;
  readonly after_version: number;
  readonly after_hash: Buffer;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly vehicles: string;
  readonly succeeded: string;
}

const passageOf = (row: PassageRow) => ({
  afterId: row.after_id,
  campaignId: row.campaign_id,
  campaign: row.campaign,
  before:
    row.before_id === null
      ? null
      : {
          id: row.before_id,
          rxswin: row.before_rxswin,
          version: row.before_version,
          hash: row.before_hash.toString('hex'),
        },
  after: {
    id: row.after_id,
    rxswin: row.after_rxswin,
    version: row.after_version,
    hash: row.after_hash.toString('hex'),
  },
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  vehicles: Number(row.vehicles),
  succeeded: Number(row.succeeded),
});
