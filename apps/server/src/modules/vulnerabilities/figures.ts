import { inTransaction } from '../../platform/db/database.ts';
import type { FleetPort, VulnerabilityDeps } from './deps.ts';
import { createFiguresStore } from './figures-store.ts';
import { createFiguresViews } from './figures-views.ts';
import { refreshPlaces } from './load-software.ts';
import { createQueueStore } from './queue-store.ts';

const placesAtOnce = 200;
const soonMs = 2_000;
/** After a count that took a second none follows by itself for so many. */
const restShare = 5;
/** Equal numbers of every version do not prove that the same vehicles run them: so often everything is counted again. */
const recountMs = 3_600_000;
/** Findings whose figures one transaction changes; each stands in ten indexes. */
const mostRows = 5_000;
const worthShare = 0.01;

/**
 * Brings in line what changes with the fleet and not with a record: where software runs, how many vehicles carry it, the portfolio. To
 * be called every few minutes; exact numbers are asked of the inventory when a page shows one vulnerability.
 */
export const createFigures = (deps: VulnerabilityDeps) => {
  const { db, clock, fleet, log, announce } = deps;
  const count = createSetCounter(fleet, clock);

  /** Short transactions: the matcher, and people who decide, wait for each of them. */
  const held = <T>(work: (store: ReturnType<typeof createFiguresStore>) => Promise<T>): Promise<T> =>
    inTransaction(db, async (tx) => {
      await createQueueStore(tx).hold();
      return work(createFiguresStore(tx));
    });

  const countAll = async (): Promise<void> => {
    const views = createFiguresViews(db);
    await refreshAllPlaces(deps, await views.softwareIds());
    const components = await views.components();
    const softwareOf = new Map(components.map(({ id, software }) => [id, software]));
    const groups = (await views.vulnerabilities()).map(({ components: found, standing }) => {
      const software = [...new Set(found.flatMap((id) => softwareOf.get(id) ?? []))].toSorted();
      return { standing, software };
    });
    const vehicles = await count([...components, ...groups].map(({ software }) => software));
    const changes = components.flatMap((component, i) => {
      const now = vehicles[i] ?? 0;
      const { id, findings, vehicles: before } = component;
      return now === before ? [] : [{ id, findings, before, now }];
    });
    const ofVulnerabilities = groups.flatMap(({ standing }, i) => {
      const now = vehicles[components.length + i] ?? 0;
      return standing.filter((one) => one.vehicles !== now).map(({ id }) => ({ id, vehicles: now }));
    });
    for (const turn of turnsOf(changes)) await held((store) => store.setComponentVehicles(turn));
    for (let i = 0; i < ofVulnerabilities.length; i += mostRows)
      await held((store) => store.setVulnerabilityVehicles(ofVulnerabilities.slice(i, i + mostRows)));
    await held((store) => store.clearVehicles());
    for (let rows = mostRows; rows === mostRows; ) rows = await held((store) => store.setSoftwareCounts(mostRows));
    await inTransaction(db, (tx) => createFiguresStore(tx).countPortfolio(clock.now()));
    announce('findings');
  };

  return inTurns(countAll, (error) => log.warn({ err: error }, 'the figures of findings could not be counted'));
};

/** One count at a time, whoever asks; and with so many findings that a count takes long, most of the time none. */
function inTurns(work: () => Promise<void>, failed: (error: unknown) => void) {
  let running = Promise.resolve();
  let soon: NodeJS.Timeout | undefined;
  let tookMs = 0;
  const timed = async (): Promise<void> => {
    const began = performance.now();
    await work().finally(() => {
      tookMs = performance.now() - began;
    });
  };
  const refresh = (): Promise<void> => {
    const turn = running.then(timed);
    running = turn.catch(() => {});
    return turn;
  };
  return {
    refresh,
    /** After findings changed: people should not wait minutes for their numbers. Many changes in a row are counted once. */
    refreshSoon: (): void => {
      soon ??= setTimeout(
        () => {
          soon = undefined;
          refresh().catch(failed);
        },
        Math.max(soonMs, tookMs * restShare),
      );
      soon.unref();
    },
    stop: async (): Promise<void> => {
      clearTimeout(soon);
      await running;
    },
  };
}

/** Counts sets of software versions, each again only when one of its versions is on another number of vehicles than before. */
function createSetCounter(
  fleet: Pick<FleetPort, 'vehiclesPerSoftware' | 'vehiclesPerSet'>,
  clock: VulnerabilityDeps['clock'],
) {
  let perSoftware: ReadonlyMap<string, number> = new Map();
  let counted = new Map<string, number>();
  let wholeAt = 0;
  return async (sets: readonly (readonly string[])[]): Promise<number[]> => {
    const at = clock.now().getTime();
    if (at - wholeAt >= recountMs) {
      counted.clear();
      wholeAt = at;
    }
    const now = await fleet.vehiclesPerSoftware([...new Set(sets.flat())]);
    const isStale = (set: readonly string[]) => set.some((id) => perSoftware.get(id) !== now.get(id));
    const open = new Map(
      sets.filter((set) => isStale(set) || !counted.has(set.join())).map((set) => [set.join(), set] as const),
    );
    const found = await fleet.vehiclesPerSet([...open.values()]);
    const fresh = new Map([...open.keys()].map((key, i) => [key, found[i] ?? 0]));
    const answers = sets.map((set) => fresh.get(set.join()) ?? counted.get(set.join()) ?? 0);
    perSoftware = now;
    counted = new Map(sets.map((set, i) => [set.join(), answers[i] ?? 0]));
    return answers;
  };
}

interface Change {
  readonly id: string;
  readonly findings: number;
  readonly before: number;
  readonly now: number;
}

const shareOf = ({ before, now }: Change) => (before === 0 || now === 0 ? 1 : Math.abs(now - before) / before);

/**
 * What is written in this round, in turns of so many rows. All that changed by a hundredth or more; of smaller changes, which a
 * moving fleet brings everywhere and always, one turn a round, the largest first.
 */
function turnsOf(changes: readonly Change[]): { id: string; vehicles: number }[][] {
  const turns: { id: string; vehicles: number }[][] = [];
  let rows = mostRows;
  let isLast = false;
  for (const change of changes.toSorted((a, b) => shareOf(b) - shareOf(a))) {
    if (rows + change.findings > mostRows || (!isLast && shareOf(change) < worthShare)) {
      if (isLast) break;
      isLast = shareOf(change) < worthShare;
      turns.push([]);
      rows = 0;
    }
    rows += change.findings;
    turns.at(-1)?.push({ id: change.id, vehicles: change.now });
  }
  return turns;
}

async function refreshAllPlaces({ db, fleet, wake }: VulnerabilityDeps, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += placesAtOnce)
    await inTransaction(db, async (tx) => {
      await createQueueStore(tx).hold();
      const changed = await refreshPlaces(tx, fleet, ids.slice(i, i + placesAtOnce));
      if (changed.length > 0) await wake(tx);
    });
}
