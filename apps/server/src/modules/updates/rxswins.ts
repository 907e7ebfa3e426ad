import type { Input, RxswinDetail, updatesOperations } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { violatedUnique } from '../../platform/db/constraint.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, ListQuery, UpdatesDeps } from './deps.ts';
import { hashChanged, UpdatesError, unknownRxswin, wrongState } from './domain/error.ts';
import { requireOther, requirePerson } from './domain/people.ts';
import { registerCsv } from './domain/rxswin-csv.ts';
import { rxswinHash } from './domain/rxswin-hash.ts';
import { createReleaseViews } from './release-views.ts';
import { createRxswinStore, type RxswinEntry, type RxswinRow } from './rxswin-store.ts';
import { createRxswinViews, rxswinOf } from './rxswin-views.ts';

type NewRxswin = Input<typeof updatesOperations.createRxswin>['body'];
type Change = Input<typeof updatesOperations.putRxswin>['body'];
type Entries = Omit<RxswinEntry, 'rxswin_id' | 'ordinal'>[];

/** The register: drafts are written by one, released by another, and never changed after. */
export const createRxswins = (deps: UpdatesDeps) => {
  const { db } = deps;
  return {
    list: (query: ListQuery) => createRxswinViews(db).list(query),
    drift: (query: ListQuery) => createRxswinViews(db).drift(query),
    get: (id: string) => rxswinDetail(db, id),
    create: (body: NewRxswin, by: Actor) => create(deps, body, by),
    put: (id: string, body: Change, by: Actor) => put(deps, id, body, by),
    release: (id: string, hash: string, by: Actor) => release(deps, id, hash, by),
    check: (id: string, by: Actor) => check(deps, id, by),
    export: (format: 'csv' | 'json') => exportRegister(db, format),
    ofVehicle: async (vin: string) => {
      const views = createRxswinViews(db);
      const items = [];
      for (const { id, rxswin, version, system, model } of await views.declared(vin)) {
        const before = await views.previous({ rxswin, model, version });
        const standing = await views.standing(
          vin,
          await views.entries(id),
          before ? await views.entries(before.id) : [],
        );
        items.push({ id, rxswin, version, system, standing });
      }
      return { items };
    },
  };
};

/** Refuses software that nobody registered, roles the model has not, and one program twice on one role. */
async function entriesOf(tx: Db, model: string, software: NewRxswin['software']): Promise<Entries> {
  const views = createReleaseViews(tx);
  const roles = (await views.roles([model])).get(model);
  if (!roles) throw badRxswin(`There is no model "${model}".`);
  const known = new Map(
    (await views.software(software.map(({ softwareId }) => softwareId))).map((one) => [one.id, one]),
  );
  const seen = new Set<string>();
  return software.map(({ role, softwareId }) => {
    const found = known.get(softwareId);
    if (!found) throw badRxswin(`There is no software version ${softwareId}.`);
    if (!roles.has(role)) throw badRxswin(`The model ${model} has no role "${role}".`);
    if (seen.has(`${role} ${found.name}`)) throw badRxswin(`${found.name} stands twice for the role ${role}.`);
    seen.add(`${role} ${found.name}`);
    const sha256 = found.sha256 === null ? null : Buffer.from(found.sha256, 'hex');
    return { role, software_id: softwareId, software: found.name, version: found.version, sha256 };
  });
}

const badRxswin = (detail: string) => new UpdatesError('updates.bad-rxswin', detail);

async function create(deps: UpdatesDeps, body: NewRxswin, by: Actor): Promise<RxswinDetail> {
  try {
    return await inTransaction(deps.db, async (tx) => {
      const store = createRxswinStore(tx);
      const now = deps.clock.now();
      const id = newId(now.getTime());
      const { rxswin, model, system, regulation = '', note = '' } = body;
      const software = await entriesOf(tx, model, body.software);
      const version = (await createRxswinViews(tx).latestVersion(rxswin, model)) + 1;
      const hash = rxswinHash({ rxswin, model, version, software });
      await store.insert({
        id,
        rxswin,
        model,
        version,
        state: 'draft',
        system,
        regulation,
        note,
        hash,
        created_at: now,
      });
      await store.replaceEntries(id, software);
      await store.addAuthor(id, by, now);
      return record(deps, tx, 'draft', { id, rxswin, model, version, hash }, by);
    });
  } catch (error) {
    if (!violatedUnique(error)?.startsWith('updates_rxswin_')) throw error;
    throw new UpdatesError(
      'updates.draft-exists',
      `${body.rxswin} has a draft for ${body.model} already: change or release it.`,
      { cause: error },
    );
  }
}

async function record(
  deps: UpdatesDeps,
  tx: Db,
  verb: string,
  row: Pick<RxswinRow, 'id' | 'rxswin' | 'model' | 'version' | 'hash'>,
  by: Actor,
  more: Record<string, string> = {},
): Promise<RxswinDetail> {
  const details = { id: row.id, model: row.model, version: row.version, hash: row.hash.toString('hex'), ...more };
  await deps
    .bind(tx)
    .audit.append({ action: `updates.${verb}-rxswin`, subject: row.rxswin, by, details, at: deps.clock.now() });
  await deps.announce?.(tx, 'rxswins');
  return rxswinDetail(tx, row.id);
}

function put(deps: UpdatesDeps, id: string, { system, regulation, note, software: given }: Change, by: Actor) {
  return inTransaction(deps.db, async (tx) => {
    const store = createRxswinStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownRxswin(id);
    if (row.state !== 'draft') throw wrongState(`${row.rxswin} version ${row.version}`, row.state, ['draft']);
    const software = await entriesOf(tx, row.model, given);
    const hash = rxswinHash({ ...row, software });
    await store.set(id, { system, regulation, note, hash });
    await store.replaceEntries(id, software);
    await store.addAuthor(id, by, deps.clock.now());
    return record(deps, tx, 'change', { ...row, hash }, by, { from: row.hash.toString('hex') });
  });
}

function release(deps: UpdatesDeps, id: string, hash: string, by: Actor) {
  return inTransaction(deps.db, async (tx) => {
    const store = createRxswinStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownRxswin(id);
    if (row.state !== 'draft') throw wrongState(`${row.rxswin} version ${row.version}`, row.state, ['draft']);
    requirePerson(by);
    requireOther(by, await createRxswinViews(tx).authors(id), 'written parts of this definition');
    if (row.hash.toString('hex') !== hash) throw hashChanged();
    const now = deps.clock.now();
    const before = await store.supersede(row.rxswin, row.model, now);
    const who = { released_at: now, released_by: by.id, released_by_name: by.name };
    await store.set(id, { state: 'released', ...who, check_due_at: now });
    return record(deps, tx, 'release', row, by, before ? { supersedes: before } : {});
  });
}

function check(deps: UpdatesDeps, id: string, by: Actor) {
  return inTransaction(deps.db, async (tx) => {
    const store = createRxswinStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownRxswin(id);
    if (row.state !== 'released') throw wrongState(`${row.rxswin} version ${row.version}`, row.state, ['released']);
    if (row.check_cursor === null) await store.set(id, { check_due_at: deps.clock.now() });
    return record(deps, tx, 'check', row, by);
  });
}

/** One definition with its history. @throws UpdatesError `updates.unknown-rxswin` */
export async function rxswinDetail(db: Db, id: string): Promise<RxswinDetail> {
  const views = createRxswinViews(db);
  const row = await views.byId(id);
  if (!row) throw unknownRxswin(id);
  const previous = await views.previous(row);
  const before = previous ? await views.entries(previous.id) : [];
  const software = (await views.entries(id)).map(({ role, software_id, software: name, version, sha256 }) => ({
    role,
    softwareId: software_id,
    software: name,
    version,
    sha256: sha256?.toString('hex') ?? null,
    before: before.find((one) => one.role === role && one.software === name)?.version ?? null,
  }));
  const passages = await views.passages({ rxswinId: id });
  return {
    ...rxswinOf(row),
    note: row.note,
    software,
    authors: await views.authors(id),
    released: row.released_at
      ? { at: row.released_at.toISOString(), by: { id: row.released_by ?? '', name: row.released_by_name ?? '' } }
      : null,
    supersededAt: row.superseded_at?.toISOString() ?? null,
    previousId: previous?.id ?? null,
    checking: row.check_cursor !== null,
    campaigns: passages.map(({ afterId: _afterId, ...passage }) => passage),
  };
}

/** The whole register, oldest version first: what the authority may ask for (UN R156 7.1.1.12). */
async function exportRegister(db: Db, format: 'csv' | 'json'): Promise<string> {
  const details: RxswinDetail[] = [];
  for (const { id } of await createRxswinViews(db).all()) details.push(await rxswinDetail(db, id));
  return format === 'json' ? `${JSON.stringify(details, null, 2)}\n` : registerCsv(details);
}
