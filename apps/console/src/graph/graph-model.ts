import type { Architecture, Ecu } from '@bulkhead/contract';

export type Member = Pick<Ecu, 'role' | 'serial' | 'identity' | 'connected'>;

export type GraphNode =
  | { readonly id: string; readonly kind: 'zone'; readonly name: string; readonly trust: string }
  | {
      readonly id: string;
      readonly kind: 'bus';
      readonly name: string;
      readonly bus: string;
      readonly open: boolean;
      readonly zone?: string;
    }
  | {
      readonly id: string;
      readonly kind: 'role';
      readonly name: string;
      readonly function: string;
      readonly gateway: boolean;
      readonly patchable: boolean;
      readonly asil?: string;
      readonly member?: Member;
      readonly zone?: string;
    }
  | { readonly id: string; readonly kind: 'interface'; readonly name: string; readonly roles: readonly string[] };

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly external: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const zoneId = (id: string) => `zone:${id}`;
const busId = (id: string) => `bus:${id}`;
const roleId = (id: string) => `role:${id}`;
const interfaceId = (name: string) => `interface:${name}`;

function inZone(known: ReadonlySet<string>, zone: string | undefined): { zone?: string } {
  return zone !== undefined && known.has(zone) ? { zone: zoneId(zone) } : {};
}

/**
 * The E/E architecture as nodes and edges: zones hold buses and ECU roles, a role hangs on its buses, and each kind of
 * external interface is one node outside all zones, because that is where an attacker stands.
 */
export function graphOf(architecture: Architecture, members: readonly Member[]): Graph {
  const zones = new Set(architecture.zones.map(({ id }) => id));
  const buses = new Set(architecture.buses.map(({ id }) => id));
  const memberOf = new Map(members.map((member) => [member.role, member]));
  const outside = new Map<string, string[]>();
  for (const role of architecture.roles)
    for (const name of role.interfaces) outside.set(name, [...(outside.get(name) ?? []), role.id]);

  const nodes: GraphNode[] = [
    ...architecture.zones.map(({ id, name, trust }) => ({ id: zoneId(id), kind: 'zone' as const, name, trust })),
    ...architecture.buses.map((bus) => ({
      id: busId(bus.id),
      kind: 'bus' as const,
      name: bus.name,
      bus: bus.kind,
      open: bus.open ?? false,
      ...inZone(zones, bus.zone),
    })),
    ...architecture.roles.map((role) => {
      const member = memberOf.get(role.id);
      return {
        id: roleId(role.id),
        kind: 'role' as const,
        name: role.name,
        function: role.function,
        gateway: role.gateway ?? false,
        patchable: role.patchable,
        ...(role.asil ? { asil: role.asil } : {}),
        ...(member ? { member } : {}),
        ...inZone(zones, role.zone),
      };
    }),
    ...[...outside].map(([name, roles]) => ({ id: interfaceId(name), kind: 'interface' as const, name, roles })),
  ];
  const links = architecture.roles.flatMap((role) => [
    ...role.interfaces.map((name) => edge(interfaceId(name), roleId(role.id), true)),
    ...role.buses.filter((bus) => buses.has(bus)).map((bus) => edge(roleId(role.id), busId(bus), false)),
  ]);
  return { nodes, edges: links };
}

function edge(from: string, to: string, external: boolean): GraphEdge {
  return { id: `${from}>${to}`, from, to, external };
}
