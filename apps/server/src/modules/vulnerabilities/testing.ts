import { fileURLToPath } from 'node:url';
import type { Advisory, AffectedPackage } from '@bulkhead/advisories';
import { manualClock, newId } from '@bulkhead/kernel';
import { createAudit } from '../../platform/audit/audit.ts';
import { inTransaction } from '../../platform/db/database.ts';
import { silentLog } from '../../platform/db/log.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import type {
  AffectedVehicleRow,
  FleetPort,
  SbomContents,
  SbomStatements,
  SoftwarePlaces,
  VehiclePort,
} from './deps.ts';
import { createAffectedVehicles, createVulnerabilities } from './index.ts';

export const migrations = [
  { module: 'vulnerabilities', directory: fileURLToPath(new URL('migrations', import.meta.url)) },
];

type Role = SoftwarePlaces['roles'][number];
type Component = SbomContents['components'][number];

interface Installed {
  contents: SbomContents;
  roles: Role[];
  vehicles: AffectedVehicleRow[];
  statements?: SbomStatements;
}

export const telematicsRole: Role = {
  model: 'ARIA',
  role: 'tcu',
  name: 'Telematics unit',
  function: 'telematics',
  network: 'open',
  gateway: false,
  interfaces: ['cellular'],
};
export const brakeRole: Role = {
  model: 'ARIA',
  role: 'esp',
  name: 'Stability control',
  function: 'brake',
  network: 'closed',
  gateway: false,
  interfaces: [],
};

export const component = (name: string, version: string | null, more: Partial<Component> = {}): Component => ({
  id: newId(),
  name,
  version,
  purl: version === null ? null : `pkg:generic/${name}@${version}`,
  cpe: null,
  supplier: null,
  hashes: null,
  aliases: [],
  ...more,
});

const countBy = (rows: readonly AffectedVehicleRow[], pick: (row: AffectedVehicleRow) => string) =>
  [...Map.groupBy(rows, pick)].map(([value, group]) => ({ value, vehicles: group.length }));

const pickName = ({ software: { name, version } }: SbomContents) => ({ name, version });

function portOf(software: Map<string, Installed>): FleetPort & VehiclePort {
  const vehiclesOf = (ids: readonly string[]) =>
    [...new Map(ids.flatMap((id) => software.get(id)?.vehicles ?? []).map((row) => [row.vin, row])).values()].toSorted(
      (a, b) => (a.vin < b.vin ? -1 : 1),
    );
  return {
    sbomOf: async (id) => software.get(id)?.contents,
    statementsOf: async (id) => software.get(id)?.statements,
    softwareWithSbom: async () =>
      [...software].map(([softwareId, { contents }]) => ({ softwareId, sbomId: contents.sbomId })),
    softwareWithoutSbom: async () => 0,
    places: async (ids) =>
      ids.flatMap((softwareId) => {
        const known = software.get(softwareId);
        return known ? [{ softwareId, function: known.contents.software.function, roles: known.roles }] : [];
      }),
    vehicles: async (ids, within = {}) =>
      vehiclesOf(ids).filter(
        ({ model, ecus }) =>
          (within.model ?? model) === model &&
          (within.role === undefined || ecus.some(({ role }) => role === within.role)),
      ).length,
    vehiclesPerSet: async (sets) => sets.map((ids) => vehiclesOf(ids).length),
    vehiclesPerSoftware: async (ids) => new Map(ids.map((id) => [id, software.get(id)?.vehicles.length ?? 0])),
    breakdown: async (ids) => {
      const rows = vehiclesOf(ids);
      return {
        total: rows.length,
        byModel: countBy(rows, ({ model }) => model),
        byRegion: countBy(rows, ({ region }) => region),
        byPlant: countBy(rows, ({ plant }) => plant ?? ''),
        bySoftware: new Map(ids.map((id) => [id, software.get(id)?.vehicles.length ?? 0])),
      };
    },
    vehiclePage: async (ids) => ({ items: vehiclesOf(ids), next: null }),
    installed: async (vin) => {
      const found = [...software].flatMap(([softwareId, { contents, vehicles }]) =>
        vehicles
          .filter((row) => row.vin === vin)
          .flatMap(({ model, ecus }) =>
            ecus.map(({ serial, role }) => ({ serial, role, model, softwareId, ...pickName(contents) })),
          ),
      );
      return found.length === 0 ? undefined : found;
    },
    vehicleStream: async function* (ids) {
      yield* vehiclesOf(ids);
    },
    remaining: async (name, fixedIds) => {
      const idsOf = (keep: (id: string) => boolean) =>
        [...software].flatMap(([id, { contents }]) => (contents.software.name === name && keep(id) ? [id] : []));
      const [total, remaining] = [
        vehiclesOf(idsOf(() => true)).length,
        vehiclesOf(idsOf((id) => !fixedIds.includes(id))).length,
      ];
      return { total, fixed: total - remaining, remaining, unknown: 0 };
    },
    modelSizes: async () => new Map([['ARIA', 100]]),
  };
}

/** The fleet as this module sees it, held in memory: the inventory has tests of its own. */
export function createTestFleet() {
  const software = new Map<string, Installed>();
  const port = portOf(software);
  return {
    port,
    /** Registers a version with its contents; answers its id. */
    add: (
      name: string,
      version: string,
      components: readonly Component[],
      {
        roles = [telematicsRole],
        vehicles = 1,
        createdAt = new Date('2026-01-01T00:00:00Z'),
      }: { roles?: Role[]; vehicles?: number; createdAt?: Date } = {},
    ): string => {
      const id = newId();
      const rows = Array.from({ length: vehicles }, (_, n) => ({
        vin: `${name.slice(0, 8).padEnd(8, 'X').toUpperCase()}${String(n).padStart(9, '0')}`,
        model: 'ARIA',
        region: n % 2 === 0 ? 'EU' : 'US',
        plant: null,
        state: 'online',
        lastSeenAt: null,
        ecus: [{ serial: `S${n}`, role: roles[0]?.role ?? '', name, version }],
      }));
      const about = { id, name, version, supplier: 'Halden', function: roles[0]?.function ?? 'other', createdAt };
      software.set(id, { contents: { sbomId: newId(), software: about, components }, roles, vehicles: rows });
      return id;
    },
    /** Vehicles report the other version, until so many are left on the first. */
    move: (name: string, from: string, to: string, left: number): void => {
      const find = (version: string) =>
        [...software.values()].find(({ contents: { software: one } }) => one.name === name && one.version === version);
      const [source, target] = [find(from), find(to)];
      if (source && target) target.vehicles.push(...source.vehicles.splice(left));
    },
    /** What the SBOM in use says about vulnerabilities. */
    say: (id: string, passedGate: boolean, ...statements: SbomStatements['statements'][number][]): void => {
      const known = software.get(id);
      if (known) known.statements = { sbomId: newId(), receivedAt: new Date('2026-11-01'), passedGate, statements };
    },
    replace: (id: string, components: readonly Component[]): void => {
      const known = software.get(id);
      if (known) known.contents = { ...known.contents, sbomId: newId(), components };
    },
  };
}

/** A CVE record about one product, versions before `fixed`. */
export function cve(
  id: string,
  affected: Partial<AffectedPackage> & { fixed?: string[] },
  more: Partial<Advisory> = {},
): Advisory {
  const before = affected.fixed?.[0];
  return {
    id,
    format: 'cve5',
    aliases: [],
    related: [],
    title: `${id} in ${affected.product ?? affected.name ?? 'something'}`,
    summary: 'A flaw.',
    severities: [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', source: 'cna' }],
    cwes: ['CWE-787'],
    references: [{ url: 'https://example.org/advisory' }],
    affected: [
      {
        container: 'cna.affected[0]',
        defaultStatus: 'unaffected',
        versions: before ? [{ status: 'affected', type: 'semver', from: '0', before }] : [],
        ...affected,
      },
    ],
    ...more,
  };
}

/** The module on a real database, with the fleet in memory and a clock that stands. */
export async function startVulnerabilities(sources: Parameters<typeof testDatabase>[0] = migrations) {
  const database: TestDatabase = await testDatabase(sources);
  const { db } = database;
  const clock = manualClock(new Date('2026-11-20T10:00:00Z'));
  const fleet = createTestFleet();
  const deps = {
    db,
    clock,
    log: silentLog,
    bind: (tx: typeof db) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
    fleet: fleet.port,
    announce: () => {},
    wake: async () => {},
  };
  const module = createVulnerabilities(deps);
  const sourceId = newId();
  await db
    .insertInto('vulnerabilities_source')
    .values({
      id: sourceId,
      name: 'Test source',
      kind: 'advisories',
      origin: 'upload',
      location: null,
      every_minutes: null,
      last_attempt_at: null,
      last_success_at: null,
      last_change_at: null,
      last_error: null,
      job_id: null,
      created_at: clock.now(),
    })
    .execute();
  return {
    db,
    url: database.url,
    clock,
    fleet,
    deps,
    module,
    vehicles: createAffectedVehicles({ db, fleet: fleet.port, vehicles: fleet.port }),
    sourceId,
    close: database.close,
    /** Takes records in and matches until nothing waits. */
    take: async (...advisories: Advisory[]) => {
      const result = await inTransaction(db, (tx) => module.intake.records(tx, sourceId, advisories));
      await module.matcher.drain();
      return result;
    },
    load: async (...softwareIds: string[]) => {
      await inTransaction(db, (tx) => module.softwareChanged(tx, softwareIds));
      await module.matcher.drain();
    },
    findings: async (filter?: string) =>
      (await module.listFindings({ limit: 500, ...(filter ? { filter } : {}) })).items,
  };
}
export type TestVulnerabilities = Awaited<ReturnType<typeof startVulnerabilities>>;
