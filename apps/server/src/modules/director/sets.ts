import type { DialectName, DirectorSet } from '@bulkhead/uptane';
import { UptaneError } from '@bulkhead/uptane';
import { inTransaction } from '../../platform/db/database.ts';
import type { DirectorDeps } from './deps.ts';
import { type Contents, contentsOf, digestOf, directorTargets } from './domain/contents.ts';
import { Refusal } from './domain/error.ts';
import type { Served } from './domain/served.ts';
import type { Epoch, Repository } from './repository.ts';
import { createSetCache } from './set-cache.ts';
import { createDirectorStore, type Signing } from './store.ts';
import { createDirectorViews, type Serving } from './views.ts';

const hour = 3_600_000;
/** Online roles live for about a day (deployment guidance); targets longer, for downloads that take their time. */
export const lifetimes = { targets: 72 * hour, snapshot: 24 * hour, timestamp: 24 * hour } as const;
/** Signed anew when half of the shortest life is over. */
export const renewAfterMs = 12 * hour;
const touchEveryMs = 60_000;

/** A set as its row describes it: the same row gives the same bytes in every replica, because Ed25519 is deterministic. */
export interface Stamp {
  readonly vin: string;
  readonly version: number;
  readonly signedAt: Date;
  readonly served: Served;
}

/** Signs what was stamped. @throws UptaneError `uptane.too-large` and others for contents that clients would refuse */
export function signSet({ directors }: Epoch, dialect: DialectName, stamp: Stamp): DirectorSet {
  const { vin: vehicleId, version, signedAt, served } = stamp;
  const { custom, correlationId, kind } = served;
  const after = (ms: number) => new Date(signedAt.getTime() + ms);
  return directors[dialect].createSet({
    vehicleId,
    targets: directorTargets(served),
    versions: { targets: version, snapshot: version, timestamp: version },
    expires: {
      targets: after(lifetimes.targets),
      snapshot: after(lifetimes.snapshot),
      timestamp: after(lifetimes.timestamp),
    },
    ...(kind === 'install' ? { correlationId } : {}),
    // clients of aktualizr do not know it, and their targets file has no room to give away
    ...(dialect === 'b' && custom ? { custom: { bulkhead: custom } } : {}),
  });
}

/** Serves each vehicle its signed set, made on demand and kept per version. */
export function createSets(deps: DirectorDeps, repository: Repository) {
  const { db, clock, metrics } = deps;
  const cache = createSetCache();
  const signed = (epoch: Epoch, dialect: DialectName, stamp: Stamp): DirectorSet => {
    const found = cache.get(stamp.vin, dialect, stamp.version);
    if (found) return found;
    const set = signSet(epoch, dialect, stamp);
    metrics.count('director_sets_signed_total', { dialect });
    cache.put(stamp.vin, dialect, stamp.version, set);
    return set;
  };
  return Object.freeze({
    /** A file of a version that was given out: what belongs together is fetched one after the other. */
    ofVersion: (vin: string, dialect: DialectName, version: number) => cache.get(vin, dialect, version),
    /** @throws Refusal `device_not_registered` */
    current: async (vin: string, dialect: DialectName): Promise<{ set: DirectorSet; version: number }> => {
      const row = await createDirectorViews(db).serving(vin);
      if (!row)
        throw new Refusal('device_not_registered', 'Register the ECUs of this vehicle first (POST /director/ecus)');
      const now = clock.now();
      const epoch = await repository.at(row.root_version);
      const stamp = await ensureStamp(deps, epoch, row);
      if (!row.fetched_at || now.getTime() - row.fetched_at.getTime() > touchEveryMs)
        await createDirectorStore(db).touch(vin, now);
      return { set: signed(epoch, dialect, stamp), version: stamp.version };
    },
  });
}
export type Sets = ReturnType<typeof createSets>;

/** The stamp in force, or a new one when contents, keys or time ask for it. Versions only grow. */
async function ensureStamp(deps: DirectorDeps, epoch: Epoch, row: Serving): Promise<Stamp> {
  const contents = await currentContents(deps, epoch, row);
  const { served } = contents;
  const now = deps.clock.now();
  const content = digestOf(served);
  const inForce = (one: Pick<Serving, 'content' | 'epoch' | 'signed_at' | 'fault'>) =>
    one.content?.equals(content) === true &&
    one.epoch === epoch.version &&
    one.fault === (contents.fault ?? null) &&
    one.signed_at !== null &&
    now.getTime() - one.signed_at.getTime() < renewAfterMs;
  if (inForce(row)) return { vin: row.vin, version: row.version, signedAt: row.signed_at as Date, served };
  return inTransaction(deps.db, async (tx) => {
    const store = createDirectorStore(tx);
    const held = await store.hold(row.vin);
    if (!held) throw new Refusal('device_not_registered', 'The vehicle is no longer registered');
    // another replica was faster, with the same contents
    if (inForce(held)) return { vin: row.vin, version: held.version, signedAt: held.signed_at as Date, served };
    const stamp = { vin: row.vin, version: held.version + 1, signedAt: wholeSecond(now), served };
    const { information } = contents;
    if (information) await store.putInformation(information.sha256, information.text, now);
    await store.putSigned([signingOf(stamp, content, epoch, contents, held.named)]);
    await tell(deps, tx, row, contents, now);
    return stamp;
  });
}

/** Expiry is written in whole seconds; so is what it is counted from. */
const wholeSecond = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000);

export function signingOf(
  stamp: Stamp,
  content: Buffer,
  epoch: Epoch,
  { fault, served }: Contents,
  named: readonly string[],
): Signing {
  const serials =
    served.kind === 'install' ? served.targets.flatMap(({ ecus }) => ecus.map(({ serial }) => serial)) : [];
  return {
    ...stamp,
    content,
    epoch: epoch.version,
    fault: fault ?? null,
    named: [...new Set([...named, ...serials])].sort(),
  };
}

/** Contents that have been tried: what cannot be signed is a fault, and the vehicle is served as if it had no assignment. */
async function currentContents(deps: DirectorDeps, epoch: Epoch, row: Serving): Promise<Contents> {
  const [assignment, ecus] = await Promise.all([
    deps.assignments.forVehicle(row.vin),
    createDirectorViews(deps.db).ecus(row.vin),
  ]);
  const hardware = new Map(ecus.map(({ serial, hardware_id }) => [serial, hardware_id]));
  const facts = { assignment, hardware, installed: row.installed, named: row.named };
  const contents = contentsOf(facts);
  // tried once for each new content: what is in force was signed before
  if (row.content?.equals(digestOf(contents.served))) return contents;
  const fault = faultOf(epoch, row, contents.served);
  if (fault === undefined) return contents;
  const { served } = contentsOf({ ...facts, assignment: undefined });
  return {
    served: faultOf(epoch, row, served) === undefined ? served : { kind: 'none', targets: [] },
    fault,
    information: undefined,
  };
}

function faultOf(epoch: Epoch, { vin, version }: Serving, served: Served): string | undefined {
  try {
    for (const dialect of ['a', 'b'] as const)
      signSet(epoch, dialect, { vin, version: version + 1, signedAt: new Date(0), served });
    return undefined;
  } catch (error) {
    if (error instanceof UptaneError) return error.message;
    throw error;
  }
}

/** A new fault is told once: an update that cannot be served would look like a vehicle that does not answer. */
async function tell(
  { notify, announce, metrics }: DirectorDeps,
  tx: DirectorDeps['db'],
  row: Serving,
  { fault }: Contents,
  now: Date,
): Promise<void> {
  announce?.('director');
  if (fault === undefined || fault === row.fault) return;
  metrics.count('director_faults_total');
  await notify?.publish(tx, {
    topic: 'updates.director',
    severity: 'medium',
    subject: `An update cannot be served to ${row.vin}`,
    text: `${fault}. Nothing of the update is served to this vehicle until that is mended.`,
    link: `/vehicles/${row.vin}`,
    data: { vin: row.vin, fault, at: now.toISOString() },
    dedupeKey: `director-fault:${row.vin}`,
  });
}
