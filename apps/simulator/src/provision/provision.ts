import { createHash } from 'node:crypto';
import type { Client, Software } from '@bulkhead/contract';
import type { Fleet } from '../fleet/build-fleet.ts';
import { contentHash } from '../fleet/content-hash.ts';
import { architectureOf, brand } from '../fleet/model.ts';
import { models } from '../fleet/models.ts';
import { type Program, programs, releasesOf } from '../fleet/software.ts';
import { inParallel } from '../run/in-parallel.ts';
import { buildSbom } from '../sboms/build-sbom.ts';
import { ecusCsv, importFile, vehiclesCsv } from './import-file.ts';
import type { SimulatorState } from './simulator-state.ts';

export interface ProvisionOptions {
  readonly client: Client;
  readonly fleet: Fleet;
  readonly state: SimulatorState;
  /** The platform's own SBOM, when its lock file is at hand. */
  readonly platform?: { readonly version: string; readonly sbom: string };
  readonly log: (line: string) => void;
}

/**
 * Tells the platform of models, software with SBOMs, vehicles and ECUs. May be repeated: what is there already stays,
 * and a fleet that was told completely is not told again.
 */
export async function provision({ client, fleet, state, platform, log }: ProvisionOptions): Promise<void> {
  const [vehicles, ecus] = [vehiclesCsv(fleet), ecusCsv(fleet)];
  const marker = createHash('sha256')
    .update(JSON.stringify([vehicles, ecus, platform, models.map(architectureOf), programs]))
    .digest('hex');
  if (state.read('provisioned') === marker) {
    log(`the platform knows the ${fleet.vehicles.length} vehicles already`);
    return;
  }
  for (const model of models) {
    const body = { name: model.name, brand, year: model.year, architecture: architectureOf(model) };
    await client.putModel({ params: { code: model.code }, body });
  }
  await provideSoftware(client, platform);
  await importFile(client, 'vehicles', `${fleet.seed}-vehicles.csv`, vehicles);
  await importFile(client, 'ecus', `${fleet.seed}-ecus.csv`, ecus);
  state.write('provisioned', marker);
  const count = fleet.vehicles.reduce((sum, vehicle) => sum + vehicle.ecus.length, 0);
  log(`told the platform of ${models.length} models, ${fleet.vehicles.length} vehicles and ${count} ECUs`);
}

type Registration = Parameters<Client['createSoftware']>[0]['body'];

async function provideSoftware(client: Client, platform: ProvisionOptions['platform']): Promise<void> {
  const known = await knownSoftware(client);
  const releases = programs.flatMap((program) => releasesOf(program).map((version) => ({ program, version })));
  await inParallel(4, releases, ({ program, version }) =>
    provideVersion(client, known, registrationOf(program, version), () => buildSbom(program, version)),
  );
  if (!platform) return;
  const { version, sbom } = platform;
  const body: Registration = { name: 'bulkhead-platform', version, supplier: 'Bulkhead', function: 'other' };
  await provideVersion(client, known, body, () => sbom);
}

const registrationOf = ({ name, supplier, function: purpose }: Program, version: string): Registration => ({
  name,
  version,
  supplier,
  function: purpose,
  sha256: contentHash(name, version),
});

const keyOf = (name: string, version: string) => `${name}@${version}`;

async function provideVersion(
  client: Client,
  known: ReadonlyMap<string, Software>,
  body: Registration,
  sbom: () => string,
): Promise<void> {
  const there = known.get(keyOf(body.name, body.version));
  const { id, sbomId } = there ?? (await client.createSoftware({ body }));
  if (sbomId !== null) return;
  const contentType = 'application/vnd.cyclonedx+json';
  await client.uploadSbom({ params: { id }, content: sbom(), contentType });
}

async function knownSoftware(client: Client): Promise<ReadonlyMap<string, Software>> {
  const known = new Map<string, Software>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Awaited<ReturnType<Client['listSoftware']>> = await client.listSoftware({
      query: { limit: 500, ...(cursor ? { cursor } : {}) },
    });
    for (const software of page.items) known.set(keyOf(software.name, software.version), software);
    cursor = page.next;
  }
  return known;
}
