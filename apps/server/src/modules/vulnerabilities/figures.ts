import { inTransaction } from '../../platform/db/database.ts';
import type { VulnerabilityDeps } from './deps.ts';
import { createFiguresStore } from './figures-store.ts';
import { createFiguresViews } from './figures-views.ts';
import { refreshPlaces } from './load-software.ts';
import { createQueueStore } from './queue-store.ts';

type Sets = readonly { readonly software: string[]; readonly ids: string[] }[];
const placesAtOnce = 200;
const soonMs = 2_000;

/**
 * Brings in line what changes with the fleet and not with a record: where software runs, how many vehicles carry it, the portfolio. To
 * be called every few minutes; exact numbers are asked of the inventory when a page shows one vulnerability.
 */
export const createFigures = ({ db, clock, fleet, log, wake, announce }: VulnerabilityDeps) => {
  const counted = new Map<string, number>();
  const bySet = new Map<string, number>();
  const written = new Map<string, number>();

  /** Software whose number of vehicles changed since this replica counted last; all of it the first time. */
  async function staleSoftware(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const now = await fleet.vehiclesPerSoftware(ids);
    const stale = new Set(ids.filter((id) => counted.get(id) !== (now.get(id) ?? 0)));
    for (const id of ids) counted.set(id, now.get(id) ?? 0);
    return stale;
  }

  /** Equal sets of software are counted once, and only when they are new or one of them changed. */
  async function countSets(sets: Sets, stale: ReadonlySet<string>) {
    const counts: { id: string; vehicles: number }[] = [];
    for (const { software, ids } of sets) {
      const key = software.join();
      const known = software.some((id) => stale.has(id)) ? undefined : bySet.get(key);
      const vehicles = known ?? (await fleet.vehicles(software));
      bySet.set(key, vehicles);
      counts.push(...ids.filter((id) => written.get(id) !== vehicles).map((id) => ({ id, vehicles })));
    }
    return counts;
  }

  const refresh = async (): Promise<void> => {
    const views = createFiguresViews(db);
    const ids = await views.softwareIds();
    for (let i = 0; i < ids.length; i += placesAtOnce)
      await inTransaction(db, async (tx) => {
        await createQueueStore(tx).hold();
        const changed = await refreshPlaces(tx, fleet, ids.slice(i, i + placesAtOnce));
        if (changed.length > 0) await wake(tx);
      });
    const stale = await staleSoftware(ids);
    const components = await countSets(await views.componentsBySoftware(), stale);
    const vulnerabilities = await countSets(await views.vulnerabilitiesBySoftware(), stale);
    await inTransaction(db, async (tx) => {
      await createQueueStore(tx).hold();
      const store = createFiguresStore(tx);
      await store.setComponentVehicles(components);
      await store.setVulnerabilityVehicles(vulnerabilities);
      await store.clearVehicles();
      await store.countPortfolio(clock.now());
    });
    for (const { id, vehicles } of [...components, ...vulnerabilities]) written.set(id, vehicles);
    announce('findings');
  };

  let soon: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  return {
    refresh,
    /** After findings changed: people should not wait minutes for their numbers. Many changes in a row are counted once. */
    refreshSoon: (): void => {
      soon ??= setTimeout(() => {
        soon = undefined;
        running = refresh().catch((error: unknown) =>
          log.warn({ err: error }, 'the figures of findings could not be counted'),
        );
      }, soonMs);
      soon.unref();
    },
    stop: async (): Promise<void> => {
      clearTimeout(soon);
      await running;
    },
  };
};
