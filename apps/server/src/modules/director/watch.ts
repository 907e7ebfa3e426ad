import { inTransaction } from '../../platform/db/database.ts';
import type { DirectorDeps } from './deps.ts';
import type { Repository } from './repository.ts';
import type { Rotations } from './rotations.ts';
import { createStatusViews } from './status-views.ts';
import { createWatchStore } from './watch-store.ts';

const day = 86_400_000;
const renewRootBefore = 60 * day;
const namedAtMost = 20;
const system = { kind: 'system', id: 'director', name: 'Director' } as const;

/** Looks at what nobody reports: manifests that stay away, and a root that runs out. To be called every few minutes. */
export function createWatch(deps: DirectorDeps, repository: Repository, rotations: Rotations) {
  const { db, clock, metrics } = deps;
  return async (): Promise<void> => {
    await tellSilent(deps);
    const counts = await createStatusViews(db).counts();
    metrics.gauge('director_vehicles', counts.vehicles);
    metrics.gauge('director_vehicles_silent', counts.silent);
    metrics.gauge('director_vehicles_faulty', counts.faults);
    const { roots, rootSigner, version } = repository.current();
    const left = Date.parse(roots.b.signed.expires) - clock.now().getTime();
    metrics.gauge('director_root_expires_seconds', Math.round(left / 1_000));
    if (left > renewRootBefore) return;
    if (rootSigner) await rotations.rotate([], `root ${version} expires soon`, system);
    else await tellExpiry(deps, version, roots.b.signed.expires);
  };
}

async function tellSilent({ db, clock, notify, metrics, announce }: DirectorDeps): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    const silent = await createWatchStore(tx).markSilent(now);
    if (silent.length === 0) return;
    metrics.count('director_silenced_total', {}, silent.length);
    announce?.('director');
    const fetching = silent.filter(({ fetches }) => fetches);
    const vins = silent.map(({ vin }) => vin);
    const shown = vins.slice(0, namedAtMost).join(', ') + (vins.length > namedAtMost ? ' and others' : '');
    await notify?.publish(tx, {
      topic: 'updates.director',
      severity: fetching.length > 0 ? 'high' : 'medium',
      subject: `${silent.length === 1 ? 'A vehicle does' : `${silent.length} vehicles do`} not report`,
      text: [
        `No manifest has come for too long from ${shown}.`,
        ...(fetching.length > 0
          ? [`${fetching.length} of them still fetch metadata: somebody may be dropping what they send.`]
          : []),
      ].join(' '),
      link: '/campaigns',
      data: { vehicles: silent.length, fetching: fetching.length, vins: vins.slice(0, 100) },
      dedupeKey: `director-silent:${now.toISOString().slice(0, 13)}`,
    });
  });
}

async function tellExpiry({ db, notify }: DirectorDeps, version: number, expires: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await notify?.publish(tx, {
      topic: 'updates.director',
      severity: 'high',
      subject: `The root of the Director expires on ${expires.slice(0, 10)}`,
      text: `Root ${version} is signed with keys that are offline. Plan the next one and have it signed: after that day no vehicle takes an update.`,
      link: '/campaigns',
      dedupeKey: `director-root:${version}:${expires.slice(0, 7)}`,
    });
  });
}
