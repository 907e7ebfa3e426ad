import type { Architecture } from '@bulkhead/contract';

type ArchitectureRole = Architecture['roles'][number];

/** A role of the architecture with what the simulator needs to build ECUs of it. */
export interface FleetRole extends Omit<ArchitectureRole, 'software'> {
  readonly software: readonly string[];
  readonly supplier: string;
  readonly partNumber: string;
  readonly hardwareVersions: readonly [string, ...string[]];
  /** Start of each serial number. */
  readonly serialPrefix: string;
  /** Has a place for a private key. A LIN sensor has none: its gateway speaks for it. */
  readonly holdsKey: boolean;
}

export interface FleetModel {
  readonly code: string;
  readonly name: string;
  readonly year: number;
  /** Position 4 of the VIN. */
  readonly vinLetter: string;
  readonly zones: Architecture['zones'];
  readonly buses: Architecture['buses'];
  readonly roles: readonly FleetRole[];
}

export const brand = 'Nordwind';

/** What the platform is told of the model: the roles without what only builds ECUs. */
export function architectureOf({ zones, buses, roles }: FleetModel): Architecture {
  return {
    zones,
    buses,
    roles: roles.map(
      ({ supplier: _s, partNumber: _p, hardwareVersions: _h, serialPrefix: _x, holdsKey: _k, software, ...role }) => ({
        ...role,
        software: [...software],
      }),
    ),
  };
}

/** The ECU that talks to the platform for the whole vehicle. */
export const telematicsOf = (model: FleetModel): FleetRole => {
  const role = model.roles.find((each) => each.function === 'telematics');
  if (!role) throw new Error(`The model ${model.code} has no telematics role`);
  return role;
};
