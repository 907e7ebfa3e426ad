import { vulnerabilityCoreOperations } from '@bulkhead/contract';
import { inTransaction } from '../../apps/server/src/platform/db/database.ts';
import { advisory, libraries, library, sbomOf } from './harness/known-vulnerabilities.ts';
import type { LargeFleet } from './harness/large-fleet.ts';
import { median, quantileOf } from './harness/latencies.ts';
import type { Run } from './harness/run.ts';
import {
  buildVulnerableFleet,
  by,
  countRows,
  openPlatform,
  type VulnerablePlatform,
} from './harness/vulnerable-fleet.ts';

/**
 * 100,000 advisories meet what 1,000,000 vehicles with 30 ECUs each run: 1,000,000 findings, all made by the platform's own intake and
 * matcher. Then the work of a day is measured on the durable database: an SBOM arrives, an advisory changes, lists are sorted by
 * each column, a CVE is followed to its VINs.
 */
export async function benchVulnerabilities(run: Run): Promise<void> {
  const fleet = await buildVulnerableFleet(run);
  const platform = await openPlatform(run, true);
  await measureSbom(run, platform);
  await measureAdvisory(run, platform, fleet);
  await measureLists(run, platform);
  await measureVehicles(run, platform);
  await timed(run, 'figures', () => platform.vulnerabilities.refreshFigures(), {
    note: 'in the background every two minutes: places, vehicles of components and vulnerabilities, portfolio',
  });
}

interface Limit {
  readonly most?: number;
  readonly note?: string;
}

/** The slowest of what was timed, against its budget in milliseconds. */
function addTimes(run: Run, name: string, times: readonly number[], { most, note = '' }: Limit): void {
  const value = quantileOf(times, 0.99);
  const spread = times.length > 1 ? `slowest of ${times.length}, median ${median(times).toFixed(0)} ms; ` : '';
  run.add({
    bench: `vulnerabilities.${name}`,
    value,
    unit: 'ms',
    ...(most === undefined ? {} : { budget: `<${most} ms`, met: value < most }),
    note: spread + note,
  });
}

async function timed(run: Run, name: string, work: () => Promise<unknown>, limit: Limit, rounds = 1): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  addTimes(run, name, times, limit);
}

/**
 * A new version of a program with 10,000 components: 1,000 libraries that the platform knows, 20 of them in a version it has not met
 * (100 findings each), the rest names that nobody has an advisory about.
 */
async function measureSbom(run: Run, { db, inventory, vulnerabilities }: VulnerablePlatform): Promise<void> {
  const rounds = run.quick ? 1 : 5;
  const stored: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const version = `9.${round}`;
    const body = { name: 'program-0', version, supplier: 'Supplier 0', function: 'other' } as const;
    const { id } = await inventory.software.create(body, by);
    const parts = Array.from({ length: 10_000 }, (_, n) =>
      n < libraries
        ? library(n, n < 20 ? `1.0.${round + 1}` : `1.${n % 10}.0`)
        : { name: `part-${n}`, version: `${round}.${n % 7}` },
    );
    const content = sbomOf('program-0', version, parts);
    const before = await countRows(db, 'vulnerabilities_finding');
    const began = performance.now();
    await inventory.sboms.upload(id, content, by);
    stored.push(performance.now() - began);
    await inTransaction(db, (tx) => vulnerabilities.softwareChanged(tx, [id]));
    await vulnerabilities.matcher.drain();
    whole.push(performance.now() - began);
    const made = (await countRows(db, 'vulnerabilities_finding')) - before;
    if (made !== (run.quick ? 40 : 2_000)) throw new Error(`the SBOM made ${made} findings`);
  }
  addTimes(run, 'sbom-10000', whole, {
    most: 2_000,
    note: `stored (${median(stored).toFixed(0)} ms) and matched; 10,000 components, ${run.quick ? 40 : '2,000'} new findings, durable`,
  });
}

async function measureAdvisory(
  run: Run,
  { db, vulnerabilities }: VulnerablePlatform,
  fleet: LargeFleet,
): Promise<void> {
  const [source] = await db.selectFrom('vulnerabilities_source').select('id').where('name', '=', 'Bench').execute();
  let n = 0;
  const change = async () => {
    const record = advisory(n, `1.${(n % 9) + 1}.0`);
    n += 7;
    await inTransaction(db, (tx) => vulnerabilities.intake.records(tx, source?.id ?? '', [record]));
    await vulnerabilities.matcher.drain();
  };
  const note = `taken, matched against the components of ${fleet.programs.length} programs, findings brought in line; durable`;
  await timed(run, 'advisory-changed', change, { most: 1_000, note }, run.quick ? 3 : 30);
}

const lists = {
  findings: {
    fields: vulnerabilityCoreOperations.listFindings.list.fields,
    filters: ['state = open', 'outcome = immediate', 'function = telematics', 'software = program-3', 'model = M3'],
  },
  vulnerabilities: {
    fields: vulnerabilityCoreOperations.listVulnerabilities.list.fields,
    filters: ['severity = critical', 'kev = true', 'findings > 0', 'outcome = scheduled'],
  },
} as const;

/** First and third page, up and down, by each column that sorts; and filters that people use, with the exact total. */
async function measureLists(run: Run, { db, vulnerabilities }: VulnerablePlatform): Promise<void> {
  const ask = { findings: vulnerabilities.listFindings, vulnerabilities: vulnerabilities.list };
  for (const [name, { fields, filters }] of Object.entries(lists) as [
    keyof typeof lists,
    (typeof lists)['findings'],
  ][]) {
    const rows = await countRows(db, name === 'findings' ? 'vulnerabilities_finding' : 'vulnerabilities_vulnerability');
    const sorts = Object.entries(fields).flatMap(([field, spec]) =>
      'sortable' in spec && spec.sortable === false ? [] : [field, `-${field}`],
    );
    const times: { what: string; ms: number }[] = [];
    const time = async (what: string, query: Parameters<typeof ask.findings>[0]) => {
      const began = performance.now();
      const page = await ask[name](query);
      times.push({ what, ms: performance.now() - began });
      return page;
    };
    for (const sort of sorts) {
      let { next } = await time(`by ${sort}`, { sort, limit: 100 });
      for (let page = 2; page <= 3 && next !== null; page++)
        ({ next } = await time(`by ${sort}, page ${page}`, { sort, limit: 100, cursor: next }));
    }
    addSlowest(run, `${name}.sorted`, times, `${rows} rows, ${sorts.length} orders, three pages of 100 each`);
    times.length = 0;
    for (const filter of filters)
      for (const sort of sorts) await time(`${filter} by ${sort}`, { filter, sort, limit: 100 });
    addSlowest(run, `${name}.filtered`, times, `${filters.join('; ')}, each by each column`);
    times.length = 0;
    await time('all', { limit: 100, count: true });
    for (const filter of filters) await time(filter, { filter, limit: 100, count: true });
    addSlowest(run, `${name}.counted`, times, 'a page with the exact total, without and with each filter');
  }
}

function addSlowest(run: Run, name: string, times: readonly { what: string; ms: number }[], note: string): void {
  const slowest = times.toSorted((a, b) => b.ms - a.ms).slice(0, 5);
  const value = slowest[0]?.ms ?? 0;
  const words = slowest.map(({ what, ms }) => `${what} ${ms.toFixed(0)} ms`).join(', ');
  run.add({
    bench: `vulnerabilities.${name}`,
    value,
    unit: 'ms',
    budget: '<300 ms',
    met: value < 300,
    note: `slowest of ${times.length}: ${words}; median ${median(times.map(({ ms }) => ms)).toFixed(0)} ms; ${note}`,
  });
}

async function measureVehicles(run: Run, { affected, vulnerabilities }: VulnerablePlatform): Promise<void> {
  const { items } = await vulnerabilities.list({ sort: '-vehicles', limit: 5 });
  const most = items[0];
  if (!most || most.vehicles === 0) throw new Error('no vulnerability concerns a vehicle');
  const exact = await affected.blastRadius(most.ref, {});
  const note = `${most.ref}: ${exact.vehicles} vehicles, by model, region, plant and ${exact.bySoftware.length} software versions`;
  await timed(run, 'vehicles', () => affected.blastRadius(most.ref, {}), { most: 1_000, note }, run.quick ? 3 : 20);
  const page = () => affected.vehicles(most.ref, { limit: 100 });
  await timed(run, 'vehicles-page', page, { most: 300, note: '100 VINs with the ECUs concerned' }, run.quick ? 3 : 20);
}
