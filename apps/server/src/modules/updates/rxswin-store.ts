import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { RxswinEntryTable, RxswinTable } from './rxswin-tables.ts';
import './rxswin-tables.ts';
import { type DriftSlice, drifts } from './rxswin-drift-views.ts';

export type RxswinRow = Selectable<RxswinTable>;
export type RxswinEntry = Selectable<RxswinEntryTable>;

/** Writes the RXSWIN register. */
export const createRxswinStore = (db: Db) => ({
  insert: (row: Insertable<RxswinTable>) => db.insertInto('updates_rxswin').values(row).execute(),
  hold: (id: string) => db.selectFrom('updates_rxswin').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
  set: (id: string, values: Updateable<RxswinTable>) =>
    db.updateTable('updates_rxswin').set(values).where('id', '=', id).execute(),

  replaceEntries: async (id: string, entries: readonly Omit<RxswinEntry, 'rxswin_id' | 'ordinal'>[]) => {
    await db.deleteFrom('updates_rxswin_entry').where('rxswin_id', '=', id).execute();
    const rows = entries.map((entry, ordinal) => ({ rxswin_id: id, ordinal, ...entry }));
    await db.insertInto('updates_rxswin_entry').values(rows).execute();
  },

  addAuthor: (id: string, by: { id: string; name: string }, at: Date) =>
    db
      .insertInto('updates_rxswin_author')
      .values({ rxswin_id: id, person_id: by.id, name: by.name, first_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),

  /** The definition that held until now; undefined when this is the first. */
  supersede: async (rxswin: string, model: string, at: Date): Promise<string | undefined> => {
    const row = await db
      .updateTable('updates_rxswin')
      .set({ state: 'superseded', superseded_at: at, check_due_at: null })
      .where('rxswin', '=', rxswin)
      .where('model', '=', model)
      .where('state', '=', 'released')
      .returning('id')
      .executeTakeFirst();
    return row?.id;
  },

  ...passages(db),
  ...checking(db),
});
export type RxswinStore = ReturnType<typeof createRxswinStore>;

const passages = (db: Db) => ({
  /** What holds before a campaign and after it, for each definition that its release brings. */
  begin: async (campaignId: string, afterIds: readonly string[], vehicles: number, at: Date) => {
    await sql`insert into updates_rxswin_passage (campaign_id, after_id, after_hash, before_id, before_hash, started_at, vehicles)
      select ${campaignId}::uuid, a.id, a.hash, b.id, b.hash, ${at}::timestamptz, ${vehicles}::bigint from updates_rxswin a
      left join lateral (select b.id, b.hash from updates_rxswin b where b.rxswin = a.rxswin and b.model = a.model
        and b.version < a.version and b.state <> 'draft' order by b.version desc limit 1) b on true
      where a.id = any(${[...afterIds]}::uuid[]) on conflict do nothing`.execute(db);
  },
  finish: (campaignId: string, succeeded: number, at: Date) =>
    db
      .updateTable('updates_rxswin_passage')
      .set({ succeeded, finished_at: at })
      .where('campaign_id', '=', campaignId)
      .execute(),
});

const checking = (db: Db) => ({
  /** A definition whose comparison is due, held; no other replica gets it meanwhile. */
  holdDue: async (now: Date): Promise<RxswinRow | undefined> =>
    db
      .selectFrom('updates_rxswin')
      .selectAll()
      .where('check_due_at', '<=', now)
      .orderBy('check_due_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst(),

  /** Compares one slice; keeps the vehicles that drift, each with the time since when it does. */
  compare: async (slice: DriftSlice & { rxswinId: string; checkNumber: number; now: Date }) => {
    const { rows } = await sql<{ seen: number; last: string | null; found: string[]; fresh: string[] | null }>`
      with judged as materialized (${drifts(slice)}),
      kept as (insert into updates_rxswin_drift as d (id, rxswin_id, vin, check_number, role, software, expected, reported, since)
        select gen_random_uuid(), ${slice.rxswinId}::uuid, vin, ${slice.checkNumber}::int, role, software, expected, reported,
          ${slice.now}::timestamptz from judged where standing = 'drift'
        on conflict (rxswin_id, vin) do update set check_number = excluded.check_number, role = excluded.role,
          software = excluded.software, expected = excluded.expected, reported = excluded.reported
        returning vin, since)
      select count(*)::int as seen, max(id::text) as last,
        array[count(*) filter (where standing = 'matches'), count(*) filter (where standing = 'behind'),
          count(*) filter (where standing = 'drift'), count(*) filter (where standing = 'unknown')]::text[] as found,
        (select (array_agg(vin order by vin))[1:100] from kept where since = ${slice.now}::timestamptz) as fresh
      from judged`.execute(db);
    return rows[0] ?? { seen: 0, last: null, found: ['0', '0', '0', '0'], fresh: null };
  },

  /** Vehicles that an earlier comparison found and this one did not. */
  forget: (rxswinId: string, checkNumber: number) =>
    db
      .deleteFrom('updates_rxswin_drift')
      .where('rxswin_id', '=', rxswinId)
      .where('check_number', '<', checkNumber)
      .execute(),
});
