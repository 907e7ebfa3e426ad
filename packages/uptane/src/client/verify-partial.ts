import { UptaneError } from '../error.ts';
import type { DialectName } from '../model/signed.ts';
import type { Targets } from '../model/targets.ts';
import {
  assignmentsOf,
  isInstalled,
  previousAssignments,
  requireHardware,
  requireNoDelegations,
  requireReleaseCounter,
  requireVehicle,
} from './director.ts';
import { fetchFile, type Steps } from './fetch.ts';
import { imageOf, type VerifiedImage } from './match.ts';
import { updateRoot } from './root.ts';
import {
  openSession,
  readFile,
  readStored,
  requireFresh,
  requireNotOlder,
  requireRole,
  type Session,
} from './session.ts';
import { secureTime } from './time.ts';
import type { EcuState, RepositoryState } from './trusted-state.ts';

/** What a Secondary keeps between two cycles. */
export interface SecondaryState {
  readonly director: Pick<RepositoryState, 'root' | 'targets'>;
  readonly latestTime?: string | undefined;
}

export interface PartialVerification {
  readonly dialect: DialectName;
  readonly now: Date | undefined;
  readonly vehicleId: string;
  readonly serial: string;
  readonly ecu: EcuState;
  readonly trusted: SecondaryState;
}

export interface PartialOutcome {
  readonly trusted: SecondaryState;
  /** Undefined when there is nothing new for this ECU, or something failed. */
  readonly image: VerifiedImage | undefined;
  readonly correlationId: string | undefined;
  readonly failure: UptaneError | undefined;
}

/** Partial verification (Uptane 5.4.4.1): time, and the Director's root and targets, which the Primary passes on. */
export function* verifyPartial(input: PartialVerification): Steps<PartialOutcome> {
  const now = secureTime(input.now, input.trusted.latestTime);
  if (now instanceof UptaneError)
    return { trusted: input.trusted, image: undefined, correlationId: undefined, failure: now };
  const session = openSession('director', input.trusted.director, input.dialect, now);
  let found: { targets: Targets; image: VerifiedImage | undefined } | undefined;
  let failure: UptaneError | undefined;
  try {
    found = yield* verifyTargets(session, input);
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    failure = error;
  }
  const { root, targets } = session.trusted;
  const trusted = { director: { root, targets }, latestTime: now.toISOString() };
  return { trusted, image: found?.image, correlationId: found?.targets.custom?.correlationId, failure };
}

function* verifyTargets(session: Session, { vehicleId, serial, ecu }: PartialVerification) {
  const { dialect, trusted } = session;
  const root = yield* updateRoot(session);
  const previous = readStored(trusted.targets, dialect.readTargets)?.signed;
  const maxBytes = dialect.caps.directorTargets;
  const bytes = yield* fetchFile(dialect, { repository: 'director', role: 'targets', maxBytes });
  const file = readFile(session, 'targets', () => dialect.readTargets(bytes));
  requireRole(session, file, 'targets', root);
  requireNotOlder(session, 'targets', file.signed.version, previous?.version);
  requireFresh(session, 'targets', file.signed);
  requireNoDelegations(file.signed);
  requireVehicle(file.signed, vehicleId);
  const assignment = assignmentsOf(file.signed).get(serial);
  if (assignment) {
    requireHardware(serial, assignment.ecu, ecu);
    if (!isInstalled(assignment, ecu))
      requireReleaseCounter(assignment, ecu, previousAssignments(previous).get(serial));
  }
  trusted.targets = bytes;
  const isNew = assignment !== undefined && !isInstalled(assignment, ecu);
  return { targets: file.signed, image: isNew ? imageOf(assignment) : undefined };
}
