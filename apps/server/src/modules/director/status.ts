import type { DirectorStatus, DirectorVehicle } from '@bulkhead/contract';
import { dialectOf, keyIdOf, rootStatus } from '@bulkhead/uptane';
import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, DirectorDeps } from './deps.ts';
import { DirectorError } from './domain/error.ts';
import type { Installed } from './domain/installed.ts';
import { keyOfRow } from './registering.ts';
import type { Epoch, Repository } from './repository.ts';
import { createRootViews } from './root-views.ts';
import { describeDraft } from './rotations.ts';
import { lifetimes, renewAfterMs } from './sets.ts';
import { createStatusViews } from './status-views.ts';
import { createDirectorStore } from './store.ts';
import type { EcuKeyTable, KeyTable } from './tables.ts';
import { createDirectorViews } from './views.ts';

const hour = 3_600_000;
const roles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
/** How long ECUs may register other keys once an operator allowed it. */
const replacementMs = 7 * 24 * hour;

/** What people see of the Director, and the one thing they do to a vehicle. */
export function createStatus(deps: DirectorDeps, repository: Repository) {
  const { db, clock } = deps;
  const views = createStatusViews(db);
  return Object.freeze({
    status: async (): Promise<DirectorStatus> => {
      const roots = createRootViews(db);
      const [version, keys, draft, counts] = await Promise.all([
        roots.version(),
        roots.keys(),
        draftOf(deps, repository),
        views.counts(),
      ]);
      return { ...rootOf(await repository.at(version), keys), draft, lifetimes: lifetimesShown, ...counts };
    },

    root: async (dialect: 'a' | 'b') => {
      const epoch = await repository.at(await createRootViews(db).version());
      return { version: epoch.version, document: Buffer.from(epoch.roots[dialect].bytes).toString('latin1') };
    },

    manifests: views.manifests,

    manifest: async (id: string) => {
      const found = await views.manifest(id);
      if (!found) throw new DirectorError('director.unknown-manifest', `There is no manifest ${id}: check the number`);
      return found;
    },

    vehicle: async (vin: string): Promise<DirectorVehicle> => {
      const one = createDirectorViews(db);
      const [row, ecus, notes] = await Promise.all([one.vehicle(vin), one.ecus(vin), one.notes(vin)]);
      if (!row) throw unknownVehicle(vin);
      return {
        vin,
        registeredAt: row.registered_at.toISOString(),
        primarySerial: row.primary_serial,
        reregisterUntil: instant(row.reregister_until),
        served: servedOf(row),
        manifest: {
          at: instant(row.manifest_at),
          refusedAt: instant(row.manifest_refused_at),
          silentSince: instant(row.silent_since),
          missing: row.missing,
        },
        ecus: ecus.map((ecu) => ecuOf(ecu, row.installed)),
        notes: notes.map(({ kind, received_at, document }) => ({
          kind,
          receivedAt: received_at.toISOString(),
          document,
        })),
      };
    },

    /** @throws DirectorError `director.unknown-vehicle` */
    allowReregistration: async (vin: string, reason: string, by: Actor): Promise<{ until: string }> =>
      inTransaction(db, async (tx) => {
        const at = clock.now();
        const until = new Date(at.getTime() + replacementMs);
        const { numUpdatedRows } = await createDirectorStore(tx).allowReregistration(vin, until);
        if (numUpdatedRows === 0n) throw unknownVehicle(vin);
        const details = { reason, until: until.toISOString() };
        await deps.audit(tx).append({ action: 'director.allow-replacement', subject: vin, by, details, at });
        return { until: until.toISOString() };
      }),
  });
}
export type Status = ReturnType<typeof createStatus>;

const unknownVehicle = (vin: string) =>
  new DirectorError('director.unknown-vehicle', `${vin} has not registered with the Director`);

const instant = (at: Date | null) => at?.toISOString() ?? null;

const lifetimesShown = {
  targetsHours: lifetimes.targets / hour,
  snapshotHours: lifetimes.snapshot / hour,
  timestampHours: lifetimes.timestamp / hour,
  renewedAfterHours: renewAfterMs / hour,
};

function rootOf({ version, roots, rootSigner }: Epoch, keys: readonly KeyTable[]) {
  const root = roots.b.signed;
  return {
    rootVersion: version,
    rootExpires: root.expires,
    rootOnline: rootSigner !== undefined,
    roles: roles.map((role) => ({
      role,
      threshold: root.roles.get(role)?.threshold ?? 0,
      keys: (root.roles.get(role)?.keyIds ?? []).map((keyId) => {
        const held = keys.find((key) => key.key_id === keyId && key.state === 'active');
        return { keyId, online: held !== undefined, since: instant(held?.created_at ?? null) };
      }),
    })),
  };
}

async function draftOf({ db }: DirectorDeps, repository: Repository): Promise<DirectorStatus['draft']> {
  const drafts = await createRootViews(db).drafts();
  const [first] = drafts;
  if (!first) return null;
  const read = drafts.map(({ dialect, document }) => {
    const file = dialectOf(dialect).readRoot(document);
    const status = rootStatus(file, repository.current().roots[dialect]);
    return { dialect, file, status, document: document.toString('latin1') };
  });
  return {
    version: first.version,
    expires: read[0]?.file.signed.expires ?? '',
    createdAt: first.created_at.toISOString(),
    createdBy: first.created_by,
    dialects: read.map(({ dialect, status, document }) => ({
      dialect,
      complete: status.complete,
      signatures: describeDraft(status),
      document,
    })),
  };
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof createDirectorViews>['vehicle']>>>;

const servedOf = (row: Row): DirectorVehicle['served'] => ({
  kind: row.kind,
  since: instant(row.served_since),
  version: row.version,
  signedAt: instant(row.signed_at),
  fetchedAt: instant(row.fetched_at),
  campaign: row.served.campaign ?? null,
  release: row.served.release ?? null,
  custom: row.served.custom ?? null,
  fault: row.fault,
  targets: (row.served.targets ?? []).map(({ filename, length, sha256, releaseCounter, ecus }) => ({
    filename,
    length,
    sha256,
    releaseCounter: releaseCounter ?? null,
    ecus: [...ecus],
  })),
});

function ecuOf(row: EcuKeyTable, installed: Readonly<Record<string, Installed>>): DirectorVehicle['ecus'][number] {
  const image = Object.hasOwn(installed, row.serial) ? installed[row.serial] : undefined;
  return {
    serial: row.serial,
    hardwareId: row.hardware_id,
    primary: row.is_primary,
    keyType: row.key_type,
    keyId: keyIdOf(keyOfRow(row)),
    registeredAt: row.registered_at.toISOString(),
    installed: image
      ? {
          filename: image.filename,
          length: image.length,
          sha256: image.sha256,
          releaseCounter: image.releaseCounter ?? null,
          software: image.software ?? null,
          version: image.version ?? null,
        }
      : null,
  };
}
