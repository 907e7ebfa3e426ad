import { Problem } from '@bulkhead/kernel';
import type { CertificationRequest } from '@bulkhead/pki';
import type { Db } from '../../platform/db/database.ts';
import { type Batcher, createBatcher } from './batcher.ts';
import type { IdentityDeps } from './deps.ts';
import {
  type CurrentCertificate,
  decideEnrolment,
  type EnrolmentDecision,
  type EnrolmentEcu,
  type Requester,
  type RevokedIdentity,
} from './domain/enrolment.ts';
import { EnrolmentError } from './domain/error.ts';
import { type Profile, permittedKey } from './domain/profiles.ts';
import { deviceSubject, deviceUris, readDeviceNames } from './domain/subject.ts';
import { type Commit, createCommit, type Planned, type Wish } from './enrolment-commit.ts';
import { type Issuing, keyFingerprint } from './issuing.ts';
import { createStandingStore } from './standing-store.ts';
import { createIdentityStore } from './store.ts';

/** One verified wish for a certificate. */
export interface EnrolmentRequest {
  readonly request: CertificationRequest;
  readonly requester: Requester;
}

export interface Enrolment {
  /** Resolves with the DER of the certificate once its row is committed. @throws EnrolmentError */
  enrol(request: EnrolmentRequest): Promise<Uint8Array>;
  idle(): Promise<void>;
}

const busy = () => new EnrolmentError('busy', 'Too many enrolments wait: try again in a few seconds');
const overtaken = () =>
  new EnrolmentError(
    'busy',
    'The identity of this ECU changed while it enrolled: try again, and look at its certificates if this repeats',
  );

export function createEnrolment(deps: IdentityDeps, issuing: Issuing, profile: Profile): Enrolment {
  const { clock } = deps;

  const plan = (index: number, wish: Wish, decision: EnrolmentDecision & { kind: 'issue' }): Planned => ({
    index,
    wish,
    decision,
    row: issuing.issue(
      {
        profile,
        subject: deviceSubject(decision.ecu.serial),
        san: { uri: deviceUris(decision.ecu, decision.ecu.ecuId) },
        spki: wish.spki,
        keyAlgorithm: wish.keyAlgorithm,
        device: decision.ecu,
        replaces: decision.replaces,
      },
      clock.now(),
    ),
  });

  const batcher: Batcher<Wish, Uint8Array> = createBatcher({
    run: (wishes) => runBatch({ deps, plan, commit: createCommit(deps, profile) }, wishes),
    maxBatch: 256,
    concurrency: 3,
    maxWaiting: 20_000,
    busy,
  });

  return Object.freeze({
    enrol: async ({ request, requester }: EnrolmentRequest) => {
      const keyAlgorithm = permittedKey(profile, request.key);
      const names = readDeviceNames(request);
      return batcher.submit({
        names,
        spki: request.spki,
        keyFingerprint: keyFingerprint(request.spki),
        keyAlgorithm,
        requester,
      });
    },
    idle: batcher.idle,
  });
}

interface Steps {
  readonly deps: IdentityDeps;
  plan(index: number, wish: Wish, decision: EnrolmentDecision & { kind: 'issue' }): Planned;
  readonly commit: Commit;
}

async function runBatch(steps: Steps, wishes: readonly Wish[]): Promise<(Uint8Array | Error)[]> {
  const { db, clock, inventory } = steps.deps;
  const results: (Uint8Array | Error | undefined)[] = wishes.map(() => undefined);
  const ecus = await inventory.ecusForEnrolment(wishes.map(({ names }) => names));
  const [standing, compromised] = await Promise.all([
    standingByEcu(db, ecus),
    createStandingStore(db).compromisedKeys(wishes.map(({ keyFingerprint: key }) => key)),
  ]);
  const planned: Planned[] = [];
  const repeats: { index: number; serialNumber: string }[] = [];
  const seen = new Set<string>();
  for (const [index, wish] of wishes.entries()) {
    const ecu = ecus[index];
    try {
      const { current, revoked } = (ecu && standing.get(ecu.ecuId)) ?? {};
      const facts = { ...wish, ecu, current, revoked, keyCompromised: compromised.has(wish.keyFingerprint) };
      const decision = decideEnrolment(facts, clock.now());
      if (decision.kind === 'repeat') repeats.push({ index, serialNumber: decision.serialNumber });
      // Two wishes for one ECU in one group: the second is told to come again, and then meets the first one's certificate.
      else if (!seen.has(decision.ecu.ecuId)) planned.push(steps.plan(index, wish, decision));
      if (ecu) seen.add(ecu.ecuId);
    } catch (error) {
      results[index] = expected(error);
    }
  }
  // In one order everywhere, so that two replicas that enrol the same ECUs wait for, and do not deadlock, each other.
  planned.sort((a, b) => (a.decision.ecu.ecuId < b.decision.ecu.ecuId ? -1 : 1));
  await commitGroup(steps, planned, results);
  for (const { index, serialNumber } of repeats) {
    const row = await createIdentityStore(db).certificate(serialNumber);
    if (row && row.revoked_at === null) results[index] = row.der;
  }
  return results.map((result) => result ?? overtaken());
}

interface Standing {
  readonly current?: CurrentCertificate;
  readonly revoked?: RevokedIdentity;
}

async function standingByEcu(db: Db, ecus: readonly (EnrolmentEcu | undefined)[]) {
  const ids = ecus.flatMap((ecu) => (ecu ? [ecu.ecuId] : []));
  const rows = ids.length === 0 ? [] : await createStandingStore(db).newestCertificates(ids);
  return new Map(
    rows.map((row): [string, Standing] => {
      const { serial_number: serialNumber, revocation_reason: reason, released_at } = row;
      if (row.revoked_at === null)
        return [
          row.ecu_id as string,
          { current: { serialNumber, notAfter: row.not_after, keyFingerprint: row.key_fingerprint } },
        ];
      const released = released_at !== null;
      return [row.ecu_id as string, { revoked: { serialNumber, reason: reason ?? 'unspecified', released } }];
    }),
  );
}

/** When the group fails as a whole, each of its members tries alone, so that one cannot spoil the others. */
async function commitGroup(
  steps: Steps,
  planned: readonly Planned[],
  results: (Uint8Array | Error | undefined)[],
): Promise<void> {
  if (planned.length === 0) return;
  try {
    const held = await steps.commit(planned);
    for (const { index, row } of planned) if (held.has(row.serial_number)) results[index] = row.der;
  } catch (error) {
    if (planned.length > 1) {
      for (const one of planned) await commitGroup(steps, [one], results);
      return;
    }
    steps.deps.log.error({ err: error }, 'could not store an issued certificate');
    for (const { index } of planned)
      results[index] = error instanceof Error ? error : new Error('unknown failure', { cause: error });
  }
}

function expected(error: unknown): Error {
  if (error instanceof Problem) return error;
  throw error;
}
