import { Readable } from 'node:stream';
import { newId } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { createContentViews } from './content-views.ts';
import type { InventoryDeps } from './deps.ts';
import { documentHead, openEcu, openSoftware, partJson, partRef } from './domain/assembly.ts';
import { InventoryError, unknownSoftware, unknownVehicle } from './domain/error.ts';
import { createExportViews, type ExportedSoftware, type ExportView } from './export-views.ts';

export interface SbomExport {
  readonly fileName: string;
  readonly body: Readable;
}

/** Software with the reference that it has in the document. */
interface Placed extends ExportedSoftware {
  readonly ref: string;
}

const platformVersion = '0.1.0';

/**
 * SBOMs written anew as CycloneDX 1.6 JSON: a vehicle with its ECUs, their software and the components of it, or one
 * software version. Streamed: one page of components is held at a time. No vulnerability data (BSI TR-03183-2).
 */
export const createSbomExport = ({ db, clock }: Pick<InventoryDeps, 'db' | 'clock'>) => ({
  open: async (what: { vin?: string; software?: string; view?: ExportView }): Promise<SbomExport> => {
    const { vin, software, view = 'built' } = what;
    if ((vin === undefined) === (software === undefined))
      throw nothing('Give either the VIN of a vehicle or the id of a software version.');
    const head = { serial: newId(), created: clock.now().toISOString(), version: platformVersion };
    return vin !== undefined ? openVehicle(db, vin, view, head) : openOne(db, software ?? '', head);
  },
});

type Head = Parameters<typeof documentHead>[0];

const nothing = (detail: string) => new InventoryError('inventory.nothing-to-export', detail);

async function openVehicle(db: Db, vin: string, view: ExportView, head: Head): Promise<SbomExport> {
  const views = createExportViews(db);
  const vehicle = await views.vehicle(vin);
  if (!vehicle) throw unknownVehicle(vin);
  const ecus = (await views.ecus(vehicle.id, view)).map((ecu, i) => {
    const ref = `ecu:${ecu.serial}`;
    return {
      ...ecu,
      ref,
      software: ecu.software.map((one, j): Placed => ({ ...one, ref: `software:${i + 1}.${j + 1}` })),
    };
  });
  const root = `vehicle:${vin}`;
  const subject = {
    type: 'device',
    'bom-ref': root,
    manufacturer: { name: vehicle.brand },
    name: vin,
    description: `${vehicle.model} ${vehicle.year}`,
  };

  async function* lines(): AsyncGenerator<string> {
    yield `${documentHead(head, subject, [{ name: 'bulkhead:view', value: view }])},\n"components":[`;
    for (const [i, ecu] of ecus.entries()) {
      yield `${i === 0 ? '' : ','}\n${openEcu(ecu.ref, ecu)},"components":[`;
      for (const [j, software] of ecu.software.entries()) {
        yield `${j === 0 ? '' : ','}\n${openSoftware(described(software))}`;
        yield* parts(db, software, ',"components":[', ']');
        yield '}';
      }
      yield ']}';
    }
    yield `],\n"dependencies":[\n${JSON.stringify({ ref: root, dependsOn: ecus.map(({ ref }) => ref) })}`;
    for (const ecu of ecus) {
      yield `,\n${JSON.stringify({ ref: ecu.ref, dependsOn: ecu.software.map(({ ref }) => ref) })}`;
      for (const software of ecu.software) yield* edges(db, software, true);
    }
    yield `]${compositions(ecus.flatMap(({ software }) => software))}}\n`;
  }
  return { fileName: `${vin}.${view}.cdx.json`, body: Readable.from(lines(), { objectMode: false }) };
}

async function openOne(db: Db, id: string, head: Head): Promise<SbomExport> {
  const found = await createExportViews(db).software(id);
  if (!found) throw unknownSoftware(id);
  const { name, version, sbomId } = found;
  if (sbomId === null)
    throw nothing(`${name} ${version} has no SBOM in use: attach one, or accept the one that waits.`);
  const software: Placed = { ...found, ref: 'software:1' };

  async function* lines(): AsyncGenerator<string> {
    const subject: object = JSON.parse(`${openSoftware(described(software))}}`);
    yield `${documentHead(head, subject, [])},\n"components":[`;
    yield* parts(db, software, '', '');
    yield '],\n"dependencies":[';
    yield* edges(db, software, false);
    yield ']}\n';
  }
  return {
    fileName: `${name}-${version}.cdx.json`.replaceAll(/[^\w.-]/g, '_'),
    body: Readable.from(lines(), { objectMode: false }),
  };
}

const described = ({ sha256, ...software }: Placed) => ({ ...software, sha256: sha256?.toString('hex') ?? null });

/** The components of one software version between `before` and `after`; neither is written for software without an SBOM. */
async function* parts(db: Db, { ref, sbomId }: Placed, before: string, after: string): AsyncGenerator<string> {
  if (sbomId === null) return;
  yield before;
  let first = true;
  for await (const page of createContentViews(db).components(sbomId)) {
    yield `${first ? '' : ','}\n${page.map((component) => partJson(ref, component)).join(',\n')}`;
    first = false;
  }
  await checkThere(db, sbomId);
  yield after;
}

async function* edges(db: Db, { ref, sbomId }: Placed, comma: boolean): AsyncGenerator<string> {
  if (sbomId === null) return;
  let first = !comma;
  for await (const page of createContentViews(db).dependencies(sbomId)) {
    const entries = page.map(({ from, to }) =>
      JSON.stringify({ ref: partRef(ref, from), dependsOn: to.map((place) => partRef(ref, place)) }),
    );
    yield `${first ? '' : ','}\n${entries.join(',\n')}`;
    first = false;
  }
  await checkThere(db, sbomId);
}

/** A document that stops short is no whole vehicle: the download fails rather than look complete. */
async function checkThere(db: Db, sbomId: string): Promise<void> {
  if (await createExportViews(db).isThere(sbomId)) return;
  throw nothing('An SBOM was replaced while it was exported: start the export again.');
}

/** Of software without an SBOM nobody knows what is in it, and so of the vehicle. */
function compositions(software: readonly Placed[]): string {
  const unknown = software.filter(({ sbomId }) => sbomId === null).map(({ ref }) => ref);
  if (unknown.length === 0) return '';
  return `,\n"compositions":[${JSON.stringify({ aggregate: 'unknown', assemblies: unknown })}]`;
}
