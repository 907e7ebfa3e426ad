import { type Found, findImage, type Visit } from '../delegation/walk.ts';
import { UptaneError } from '../error.ts';
import type { DialectName, SignedFile } from '../model/signed.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Targets } from '../model/targets.ts';
import {
  type Assignment,
  assignmentsOf,
  isInstalled,
  previousAssignments,
  requireKnownEcus,
  requireNoDelegations,
  requireReleaseCounter,
  requireVehicle,
} from './director.ts';
import type { Steps } from './fetch.ts';
import { matchImage, type VerifiedImage } from './match.ts';
import { updateRoot } from './root.ts';
import { openSession, readStored, requireFresh, type Session } from './session.ts';
import { updateSnapshot } from './snapshot.ts';
import { fetchListed, fetchTargets } from './targets.ts';
import { secureTime } from './time.ts';
import { updateTimestamp } from './timestamp.ts';
import type { EcuState, TrustedState, VehicleState } from './trusted-state.ts';

export interface FullVerification {
  readonly dialect: DialectName;
  /** From a secure source; undefined when there is none at the moment. */
  readonly now: Date | undefined;
  readonly vehicle: VehicleState;
  readonly trusted: TrustedState;
}

export interface FullOutcome {
  /** To be stored in any case: what was verified stays verified, also when a later step failed. */
  readonly trusted: TrustedState;
  /** What to install now; empty when nothing is new or something failed. */
  readonly images: readonly VerifiedImage[];
  /** Names the campaign in reports. */
  readonly correlationId: string | undefined;
  readonly failure: UptaneError | undefined;
}

/**
 * Full verification (Uptane 5.4.4.2), done by the Primary and by Secondaries that can. Yields the files it needs; never
 * throws an `UptaneError`, but ends with it in `failure`, its code naming the attack (requirement C13).
 */
export function* verifyFull(input: FullVerification): Steps<FullOutcome> {
  // 1. Load and verify the current time
  const now = secureTime(input.now, input.trusted.latestTime);
  if (now instanceof UptaneError) return { trusted: input.trusted, images: [], correlationId: undefined, failure: now };
  const director = openSession('director', input.trusted.director, input.dialect, now);
  const image = openSession('image', input.trusted.image, input.dialect, now);
  const progress: Progress = { targets: undefined, images: [] };
  let failure: UptaneError | undefined;
  try {
    yield* verifyBoth(director, image, input.vehicle, progress);
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    failure = error;
  }
  const trusted = { director: director.trusted, image: image.trusted, latestTime: now.toISOString() };
  return { trusted, images: progress.images, correlationId: progress.targets?.custom?.correlationId, failure };
}

/** What is known when the verification ends, also by an error. */
interface Progress {
  targets: Targets | undefined;
  images: readonly VerifiedImage[];
}

function* verifyBoth(director: Session, image: Session, vehicle: VehicleState, progress: Progress): Steps<void> {
  // 2. to 5. Director: Root, Timestamp, Snapshot, Targets
  const file = yield* updateRepository(director);
  progress.targets = file.targets.signed;
  const previous = readStored(director.trusted.targets, director.dialect.readTargets)?.signed;
  const wanted = wantedBy(file.targets.signed, vehicle, previousAssignments(previous));
  // 6. Stop if nothing is new. The standard would stop already at an unchanged snapshot; then an update that failed
  // in the Image repository would never be tried again.
  if (wanted.length > 0) {
    // 7. to 9. Image repository: Root, Timestamp, Snapshot, Targets
    const files = yield* updateRepository(image);
    image.trusted.targets = files.targets.bytes;
    // 10. Both repositories must say the same about each image
    progress.images = yield* matchAll(image, wanted, files);
  }
  // Only now, so that "no such image" and every other failure keeps the previous targets
  director.trusted.targets = file.targets.bytes;
}

interface RepositoryFiles {
  readonly snapshot: Snapshot;
  readonly targets: SignedFile<Targets>;
}

function* updateRepository(session: Session): Steps<RepositoryFiles> {
  const root = yield* updateRoot(session);
  const timestamp = yield* updateTimestamp(session, root);
  const snapshot = yield* updateSnapshot(session, root, timestamp);
  return { snapshot, targets: yield* fetchTargets(session, root, snapshot) };
}

/** Uptane 5.4.4.6, what holds for the Director only; then the assignments that are not installed yet. */
function wantedBy(
  targets: Targets,
  vehicle: VehicleState,
  previous: ReadonlyMap<string, Assignment>,
): readonly Assignment[] {
  requireNoDelegations(targets);
  requireVehicle(targets, vehicle.vehicleId);
  const assignments = assignmentsOf(targets);
  requireKnownEcus(assignments, vehicle);
  const wanted = [...assignments.values()].filter((one) => !isInstalled(one, stateOf(one, vehicle)));
  for (const assignment of wanted)
    requireReleaseCounter(assignment, stateOf(assignment, vehicle), previous.get(assignment.serial));
  return wanted;
}

function stateOf({ serial, ecu }: Assignment, { ecus }: VehicleState): EcuState {
  return ecus.get(serial) ?? { hardwareId: ecu.hardwareId };
}

function* matchAll(
  session: Session,
  wanted: readonly Assignment[],
  files: RepositoryFiles,
): Steps<readonly VerifiedImage[]> {
  const images: VerifiedImage[] = [];
  for (const assignment of wanted) {
    const found = yield* searchImage(session, assignment, files);
    images.push(matchImage(assignment, found.target, found.chain));
  }
  return images;
}

function* searchImage(session: Session, { filename, ecu }: Assignment, files: RepositoryFiles): Steps<Found> {
  const walk = findImage({ filename, hardwareId: ecu.hardwareId }, files.targets.signed);
  let step = walk.next();
  while (!step.done) step = walk.next(yield* verifyDelegated(session, step.value, files.snapshot));
  if (step.value) return step.value;
  throw new UptaneError('uptane.no-such-image', filename, 'the Image repository does not know this image');
}

/** A delegated file is checked like any targets file, with the keys of *this* delegator, from storage or not. */
function* verifyDelegated(session: Session, { role, keys }: Visit, snapshot: Snapshot): Steps<Targets> {
  const { trusted } = session;
  const stored = trusted.delegated?.get(role.name);
  const file = yield* fetchListed(session, role.name, snapshot, { stored, authority: { role, keys } });
  requireFresh(session, role.name, file.signed);
  trusted.delegated = new Map([...(trusted.delegated ?? []), [role.name, file.bytes]]);
  return file.signed;
}
