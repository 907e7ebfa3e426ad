import { ecusOf, importRows, registerVehicles, roles, vinsOf } from './harness/fleet.ts';
import { quantileOf } from './harness/latencies.ts';
import { openPlatform } from './harness/platform.ts';
import type { Run } from './harness/run.ts';

/** Pages of the vehicle list of a large fleet, in the ways in which the console asks for them. */
export async function benchHttpList(run: Run): Promise<void> {
  const vehicles = run.quick ? 1_000 : 100_000;
  const platform = await openPlatform(run);
  run.say(`importing ${vehicles} vehicles with ${roles.length} ECUs each`);
  await registerVehicles(platform, vinsOf(vehicles));
  const lines = ecusOf(vehicles * roles.length).map(({ vin, serial, role }) => `${vin},${serial},${role},PN,Wired\n`);
  await importRows(platform, 'ecus', Buffer.from(`vin,serial,role,partNumber,supplier\n${lines.join('')}`));
  const { client } = platform;
  const first = await client.listVehicles({ query: { limit: 100 } });
  const middle = first.items[50]?.vin ?? '';
  const queries: Readonly<Record<string, Parameters<typeof client.listVehicles>[0]['query']>> = {
    'first page': { limit: 100 },
    'next page': { limit: 100, ...(first.next ? { cursor: first.next } : {}) },
    'by last seen': { limit: 100, sort: '-lastSeenAt' },
    'by model': { limit: 100, sort: 'model' },
    'one region': { limit: 100, filter: 'region = "EU"' },
    'one vehicle': { limit: 100, filter: `vin = "${middle}"` },
  };
  const rounds = run.quick ? 5 : 50;
  const times: number[] = [];
  const slowest: { name: string; p99: number }[] = [];
  for (const [name, query] of Object.entries(queries)) {
    const own: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const began = performance.now();
      const { items } = await client.listVehicles({ query: query ?? {} });
      own.push(performance.now() - began);
      if (items.length === 0) throw new Error(`${name}: the list is empty`);
    }
    times.push(...own);
    slowest.push({ name, p99: quantileOf(own, 0.99) });
  }
  const worst = slowest.reduce((a, b) => (b.p99 > a.p99 ? b : a));
  const p99 = quantileOf(times, 0.99);
  const how = `${vehicles} vehicles (the budget is for 1,000,000), ${vehicles * roles.length} ECUs; pages of 100 by six orders and filters`;
  run.add({ bench: 'http.list.p50', value: quantileOf(times, 0.5), unit: 'ms', note: how });
  run.add({
    bench: 'http.list.p99',
    value: p99,
    unit: 'ms',
    budget: '<300 ms',
    met: p99 < 300,
    note: `slowest: ${worst.name}, ${worst.p99.toFixed(0)} ms`,
  });
}
