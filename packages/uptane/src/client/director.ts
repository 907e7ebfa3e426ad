import { UptaneError } from '../error.ts';
import type { EcuAssignment, Target, Targets } from '../model/targets.ts';
import type { EcuState, VehicleState } from './trusted-state.ts';

const place = 'director/targets';

/** One image that the Director means for one ECU. */
export interface Assignment {
  readonly serial: string;
  readonly filename: string;
  readonly target: Target;
  readonly ecu: EcuAssignment;
}

/** Uptane 5.4.4.6: the Director does not delegate. @throws UptaneError `uptane.director-delegation` */
export function requireNoDelegations({ delegations }: Targets): void {
  if (delegations === undefined) return;
  throw new UptaneError('uptane.director-delegation', place, 'the Director delegates, which it may not');
}

/**
 * Targets of another vehicle, replayed. They name their vehicle when they are empty (Uptane 5.2.3.1), since nothing
 * else in them does.
 * @throws UptaneError `uptane.replay`
 */
export function requireVehicle({ targets, custom }: Targets, vehicleId: string): void {
  const named = custom?.vehicleId;
  if (named === undefined && targets.size > 0) return;
  if (named === vehicleId) return;
  const whose = named === undefined ? 'no vehicle is named in them' : 'they are those of another vehicle';
  throw new UptaneError('uptane.replay', place, `the targets are not for this vehicle: ${whose}`);
}

/** All assignments; no ECU has two. @throws UptaneError `uptane.duplicate-ecu` */
export function assignmentsOf({ targets }: Targets): ReadonlyMap<string, Assignment> {
  const assignments = new Map<string, Assignment>();
  for (const [filename, target] of targets) {
    for (const [serial, ecu] of target.custom?.ecus ?? []) {
      if (assignments.has(serial)) throw new UptaneError('uptane.duplicate-ecu', place, `ECU ${serial} has two images`);
      assignments.set(serial, { serial, filename, target, ecu });
    }
  }
  return assignments;
}

/** Every ECU is one of this vehicle, and of the hardware it is said to be. */
export function requireKnownEcus(assignments: ReadonlyMap<string, Assignment>, { ecus }: VehicleState): void {
  for (const [serial, { ecu }] of assignments) {
    const known = ecus.get(serial);
    if (!known) throw new UptaneError('uptane.unknown-ecu', place, `ECU ${serial} is not in this vehicle`);
    requireHardware(serial, ecu, known);
  }
}

/** @throws UptaneError `uptane.wrong-hardware` */
export function requireHardware(serial: string, { hardwareId }: EcuAssignment, known: EcuState): void {
  if (hardwareId === known.hardwareId) return;
  const detail = `ECU ${serial} is ${known.hardwareId}, its image is for ${hardwareId}`;
  throw new UptaneError('uptane.wrong-hardware', place, detail);
}

/** Whether the ECU runs this image already: same name, same length, and all hashes that both know. */
export function isInstalled({ filename, target }: Assignment, { installed }: EcuState): boolean {
  if (!installed || installed.filename !== filename || installed.length !== target.length) return false;
  const shared = [...target.hashes].filter(([name]) => installed.hashes.has(name));
  return shared.length > 0 && shared.every(([name, hex]) => installed.hashes.get(name) === hex);
}

/**
 * Uptane 5.4.3.4 step 5 and 5.4.4.2 step 10: the release counter is not below that of the previous metadata, nor of what
 * is installed.
 * @throws UptaneError `uptane.rollback`
 */
export function requireReleaseCounter(
  { serial, filename, target }: Assignment,
  { installed }: EcuState,
  previous: Assignment | undefined,
): void {
  const before = highest(installed?.releaseCounter, previous?.target.custom?.releaseCounter);
  const next = target.custom?.releaseCounter;
  if (before === undefined || (next !== undefined && next >= before)) return;
  const detail = `release counter ${next ?? 'none'} of ${filename} is below ${before}, which was released for ECU ${serial} before`;
  throw new UptaneError('uptane.rollback', place, detail);
}

function highest(...counters: readonly (number | undefined)[]): number | undefined {
  const known = counters.filter((counter) => counter !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** What the targets verified last meant for each ECU; nothing when there are none, or their key was taken away. */
export function previousAssignments(previous: Targets | undefined): ReadonlyMap<string, Assignment> {
  return previous ? assignmentsOf(previous) : new Map();
}
