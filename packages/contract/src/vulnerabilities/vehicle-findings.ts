import { type Static, Type } from 'typebox';
import { Vin } from '../inventory/words.ts';
import { Id, Nullable, OneOf, operation, Page } from '../operation.ts';
import { ComponentRef, closed, findingStates, matchStrengths, Priority, severities, verdicts } from './words.ts';

/** A finding as it stands in one vehicle: on its ECUs, with the priority and the decision of that place. */
export const VehicleFinding = Type.Object({
  findingId: Id,
  ref: Type.String(),
  title: Type.String(),
  severity: OneOf(severities),
  cvss: Nullable(Type.Number()),
  kev: Type.Boolean(),
  component: ComponentRef,
  software: Type.Object({ id: Id, name: Type.String(), version: Type.String() }),
  ecus: Type.Array(Type.Object({ serial: Type.String(), role: Type.String() })),
  priority: Priority,
  verdict: OneOf(verdicts),
  strength: OneOf(matchStrengths),
  state: OneOf(findingStates),
  decisionId: Nullable(Id),
  fixedIn: Type.Array(Type.String()),
});
export type VehicleFinding = Static<typeof VehicleFinding>;

const InstalledProgram = Type.Object({
  serial: Type.String(),
  role: Type.String(),
  name: Type.String(),
  version: Nullable(Type.String()),
});

export const vehicleFindingOperations = {
  listVehicleFindings: operation({
    method: 'GET',
    path: '/vehicles/:vin/findings',
    summary:
      'What is weak in one vehicle, or one ECU of it, by what it reports to run; in the order of the fleet-wide priority',
    permission: 'vulnerabilities.read',
    problems: ['vulnerabilities.unknown-vehicle', 'request.bad-cursor'],
    params: Type.Object({ vin: Vin }),
    query: Type.Object(
      {
        serial: Type.Optional(Type.String({ maxLength: 64, description: 'Only this ECU' })),
        all: Type.Optional(Type.Boolean({ description: 'Also what is decided as not affected or fixed' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
        cursor: Type.Optional(Type.String({ maxLength: 200 })),
      },
      closed,
    ),
    ok: Type.Object({
      ...Page(VehicleFinding).properties,
      described: Type.Integer({ description: 'Software versions of these ECUs whose contents are known' }),
      unknown: Type.Array(InstalledProgram, { description: 'Software whose contents nobody knows: it has no SBOM' }),
    }),
  }),
};
