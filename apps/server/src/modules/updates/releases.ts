import type { Dossier, Input, updatesOperations } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { violatedUnique } from '../../platform/db/constraint.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, ListQuery, UpdatesDeps } from './deps.ts';
import { emptyDossier } from './domain/empty-dossier.ts';
import { UpdatesError, unknownRelease } from './domain/error.ts';
import { checkContents } from './domain/release-contents.ts';
import { releaseHash } from './domain/release-hash.ts';
import { stepRelease } from './domain/release-states.ts';
import { releaseDetail } from './release-detail.ts';
import { type Change, createReleaseStore, type ItemRow, type ReleaseRow } from './release-store.ts';
import { createReleaseViews } from './release-views.ts';
import { createRxswinViews } from './rxswin-views.ts';

type Contents = Input<typeof updatesOperations.putReleaseContents>['body'];

/** Writing a release: contents and dossier. Every change voids what people agreed to. */
export const createReleases = (deps: UpdatesDeps) => {
  const { db, clock, bind, images, announce } = deps;

  const create = async (body: { name: string; description?: string; security?: boolean }, by: Actor) => {
    const id = newId();
    const { name, description = '', security = false } = body;
    const now = clock.now();
    return distinctName(name, () =>
      inTransaction(db, async (tx) => {
        const store = createReleaseStore(tx);
        const content = { id, name, description, security, models: [], rules: [], rxswins: [], dossier: emptyDossier };
        const hash = releaseHash({ ...content, items: [], fixes: [] });
        const who = { created_at: now, created_by: by.id, created_by_name: by.name };
        await store.insert({ ...content, hash, state: 'draft', updated_at: now, ...who });
        await store.addAuthor(id, by, now);
        await bind(tx).audit.append({ action: 'updates.create-release', subject: name, by, details: { id }, at: now });
        await announce?.(tx, 'releases');
        return releaseDetail(tx, id, images);
      }),
    );
  };

  /** The one way in which a release changes: the row is held, agreements fall, the author is remembered. */
  const change = (
    id: string,
    what: 'contents' | 'dossier',
    by: Actor,
    apply: (tx: Db, row: ReleaseRow) => Promise<Next>,
  ) =>
    inTransaction(db, async (tx) => {
      const store = createReleaseStore(tx);
      const row = await store.hold(id);
      if (!row) throw unknownRelease(id);
      const state = stepRelease(row.name, row.state, 'change');
      const now = clock.now();
      const next = await apply(tx, row);
      const hash = releaseHash({ ...next.fields, id, items: next.items, fixes: next.fixes });
      if (hash.equals(row.hash)) return releaseDetail(tx, id, images);
      const voided = await store.voidAgreements(id, `The ${what} changed`, now);
      await store.change(id, { ...next.fields, hash, state, updated_at: now });
      if (what === 'contents') await store.replaceContents(id, next.items, next.fixes);
      await store.addAuthor(id, by, now);
      const details = { id, from: row.hash.toString('hex'), to: hash.toString('hex'), voided, state };
      await bind(tx).audit.append({
        action: `updates.change-${what}`,
        subject: next.fields.name,
        by,
        details,
        at: now,
      });
      await announce?.(tx, 'releases');
      return releaseDetail(tx, id, images);
    });

  return {
    list: (query: ListQuery) => createReleaseViews(db).list(query),
    get: (id: string) => releaseDetail(db, id, images),
    create,

    putContents: (id: string, body: Contents, by: Actor) =>
      distinctName(body.name, () => change(id, 'contents', by, (tx, row) => nextContents(tx, row, body))),

    putDossier: (id: string, dossier: Dossier, by: Actor) =>
      change(id, 'dossier', by, async (tx, row) => {
        const views = createReleaseViews(tx);
        const { name, description, security, models, rules, rxswins } = row;
        const fields = { name, description, security, models, rules, rxswins, dossier };
        return { fields, items: await views.items(id), fixes: await views.fixes(id) };
      }),
  };
};

interface Next {
  readonly fields: Omit<Change, 'hash' | 'state' | 'updated_at'>;
  readonly items: readonly ItemRow[];
  readonly fixes: readonly string[];
}

async function nextContents(tx: Db, row: ReleaseRow, body: Contents): Promise<Next> {
  const views = createReleaseViews(tx);
  const ids = body.items.flatMap(({ softwareId, fromSoftwareId }) => [softwareId, fromSoftwareId ?? softwareId]);
  const software = new Map((await views.software(ids)).map((known) => [known.id, known]));
  const models = [...new Set(body.models)].sort();
  checkContents({ ...body, models }, { software, roles: await views.roles(models) });
  const items = body.items.map(
    (item, ordinal): ItemRow => ({
      release_id: row.id,
      ordinal,
      role: item.role,
      software_id: item.softwareId,
      software: software.get(item.softwareId)?.name ?? '',
      version: software.get(item.softwareId)?.version ?? '',
      from_software_id: item.fromSoftwareId ?? null,
      sha256: Buffer.from(item.sha256, 'hex'),
      sha512: item.sha512 === undefined ? null : Buffer.from(item.sha512, 'hex'),
      length: item.length,
      file_name: item.fileName,
      hardware_ids: [...new Set(item.hardwareIds)].sort(),
      release_counter: item.releaseCounter,
    }),
  );
  const { name, description, security, rules } = body;
  const rxswins = [...new Set(body.rxswins ?? [])].sort();
  await requireRxswins(tx, rxswins, models);
  const fixes = [...new Set(body.fixes)].sort();
  return { fields: { name, description, security, models, rules, rxswins, dossier: row.dossier }, items, fixes };
}

/** The definitions that hold after the update are those of its vehicle types. */
async function requireRxswins(tx: Db, ids: readonly string[], models: readonly string[]): Promise<void> {
  const known = new Map((await createRxswinViews(tx).byIds(ids)).map((row) => [row.id, row]));
  for (const id of ids) {
    const found = known.get(id);
    if (found && models.includes(found.model)) continue;
    const detail = found
      ? `${found.rxswin} is for ${found.model}, the release is not.`
      : `There is no RXSWIN definition ${id}.`;
    throw new UpdatesError('updates.bad-contents', detail, { fields: { rxswins: 'do not fit' } });
  }
}

async function distinctName<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (violatedUnique(error) !== 'updates_release_name_key') throw error;
    throw new UpdatesError('updates.duplicate-name', `There is a release named "${name}" already.`, {
      cause: error,
      fields: { name: 'is taken' },
    });
  }
}
