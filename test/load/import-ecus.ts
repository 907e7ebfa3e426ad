import type { Architecture } from '@bulkhead/contract';
import { importRows, modelCode, registerVehicles, vinsOf } from './harness/fleet.ts';
import { openPlatform } from './harness/platform.ts';
import { peakResidentBytes, residentBytes } from './harness/processor.ts';
import type { Run } from './harness/run.ts';

const rolesPerVehicle = 30;

/** A million ECU rows through the API: rows a second and the memory that the server took for it. */
export async function benchImportEcus(run: Run): Promise<void> {
  const count = run.quick ? 3_000 : 1_000_000;
  const vins = vinsOf(Math.ceil(count / rolesPerVehicle));
  const platform = await openPlatform(run);
  await registerVehicles(platform, vins);
  const roles = Array.from({ length: rolesPerVehicle }, (_, i) => `ecu-${i}`);
  const architecture: Architecture = {
    zones: [],
    buses: [{ id: 'can', name: 'CAN', kind: 'can' }],
    roles: roles.map((id) => ({ id, name: id, function: 'other', buses: ['can'], patchable: true, interfaces: [] })),
  };
  const body = { name: 'Bench', brand: 'Bench', year: 2026, architecture };
  await platform.client.putModel({ params: { code: modelCode }, body });
  run.say(`writing ${count} rows`);
  const lines = Array.from({ length: count }, (_, i) => {
    const ecu = roles[i % rolesPerVehicle] ?? '';
    return `${vins[Math.floor(i / rolesPerVehicle)]},S${i},${ecu},PN-${ecu},Supplier ${i % 7}\n`;
  });
  const content = Buffer.from(`vin,serial,role,partNumber,supplier\n${lines.join('')}`);
  await platform.restart();
  const before = residentBytes(platform.pid);
  const from = platform.cpu();
  const { seconds, uploadSeconds, accepted, refused } = await importRows(platform, 'ecus', content);
  if (accepted !== count || refused > 0) throw new Error(`${accepted} of ${count} rows were taken, ${refused} refused`);
  const to = platform.cpu();
  const peak = peakResidentBytes(platform.pid);
  const cpu = `server ${(to.server - from.server).toFixed(1)} s, PostgreSQL ${(to.database - from.database).toFixed(1)} s of CPU`;
  const upload = `uploaded in ${uploadSeconds.toFixed(1)} s before`;
  run.add({
    bench: 'import.ecus',
    value: count / seconds,
    unit: 'rows/s',
    note: `${count} rows of ${vins.length} vehicles in ${seconds.toFixed(1)} s, ${upload}; ${cpu}`,
  });
  run.add({
    bench: 'import.ecus.peak',
    value: peak / 1_048_576,
    unit: 'MiB',
    note: `peak resident set of the server; ${Math.round(before / 1_048_576)} MiB before the import of ${Math.round(content.length / 1_048_576)} MiB`,
  });
}
