import type { Architecture } from '@bulkhead/contract';
import { InventoryError } from './error.ts';

type ArchitectureRole = Architecture['roles'][number];

/** What the fleet needs to know of one ECU role, derived from the architecture. */
export interface Role {
  readonly role: string;
  readonly name: string;
  readonly function: string;
  readonly patchable: boolean;
  readonly gateway: boolean;
  readonly network: 'open' | 'closed';
  /** Whether one of its buses is reached from outside without a gateway. */
  readonly openBus: boolean;
  readonly interfaces: readonly string[];
  readonly software: readonly string[];
  /** ISO 26262; null when the architecture does not say. */
  readonly asil: string | null;
}

/**
 * Checks what the schema cannot: identifiers are unique and lead somewhere, a gateway joins at least two buses.
 * @throws InventoryError `inventory.bad-architecture` with one field per fault
 */
export function checkArchitecture(architecture: Architecture): void {
  const faults = [...faultsOf(architecture)];
  if (faults.length === 0) return;
  const [first = ['', '']] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw new InventoryError('inventory.bad-architecture', `${first[0]}: ${first[1]}${more}`, {
    fields: Object.fromEntries(faults.slice(0, 50)),
  });
}

type Fault = readonly [place: string, message: string];

function* faultsOf({ zones, buses, roles }: Architecture): Generator<Fault> {
  yield* repeated('zones', zones);
  yield* repeated('buses', buses);
  yield* repeated('roles', roles);
  const zoneIds = new Set(zones.map(({ id }) => id));
  const busIds = new Set(buses.map(({ id }) => id));
  for (const [i, bus] of buses.entries()) {
    if (bus.zone !== undefined && !zoneIds.has(bus.zone))
      yield [
        `buses/${i}/zone`,
        `the bus "${bus.id}" lies in the zone "${bus.zone}", which is not in the list of zones`,
      ];
  }
  for (const [i, role] of roles.entries()) yield* roleFaults(`roles/${i}`, role, zoneIds, busIds);
}

function* roleFaults(at: string, role: ArchitectureRole, zones: Set<string>, buses: Set<string>): Generator<Fault> {
  if (role.zone !== undefined && !zones.has(role.zone))
    yield [`${at}/zone`, `the role "${role.id}" lies in the zone "${role.zone}", which is not in the list of zones`];
  for (const bus of role.buses) {
    if (!buses.has(bus))
      yield [`${at}/buses`, `the role "${role.id}" sits on the bus "${bus}", which is not in the list of buses`];
  }
  for (const [name, list] of [
    ['buses', role.buses],
    ['interfaces', role.interfaces],
    ['software', role.software ?? []],
  ] as const) {
    if (new Set(list).size < list.length)
      yield [`${at}/${name}`, `the role "${role.id}" names an entry twice: remove one`];
  }
  if (role.gateway && new Set(role.buses).size < 2)
    yield [
      `${at}/gateway`,
      `the gateway "${role.id}" joins fewer than two buses: add a bus, or do not call it a gateway`,
    ];
}

function* repeated(list: string, items: readonly { readonly id: string }[]): Generator<Fault> {
  const seen = new Set<string>();
  for (const [i, { id }] of items.entries()) {
    if (seen.has(id)) yield [`${list}/${i}/id`, `the id "${id}" is used twice: give one of them another id`];
    seen.add(id);
  }
}

/** A role is open when it has an interface to the outside or sits on a bus that the outside reaches without a gateway. */
export function rolesOf({ buses, roles }: Architecture): Role[] {
  const open = new Set(buses.filter((bus) => bus.open).map(({ id }) => id));
  return roles.map((role) => ({
    role: role.id,
    name: role.name,
    function: role.function,
    patchable: role.patchable,
    gateway: role.gateway ?? false,
    network: role.interfaces.length > 0 || role.buses.some((bus) => open.has(bus)) ? 'open' : 'closed',
    openBus: role.buses.some((bus) => open.has(bus)),
    interfaces: role.interfaces,
    software: role.software ?? [],
    asil: role.asil ?? null,
  }));
}
