import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters, Caller, SecretBox } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { matchTotp } from './domain/totp.ts';
import { authenticationOptions, checkAuthentication, refusedPasskey, type WebAuthnJson } from './passkeys.ts';
import { checkPassword, secretHash } from './secrets.ts';
import { openSession, type SignedIn } from './sessions.ts';

const challengeMinutes = 5;
const lockAfter = 5;
const lockMinutes = 15;
/** A check takes 19 MiB, a thread and a database connection: a flood from many addresses waits in line without them. */
const mostChecks = 4;
const mostWaiting = 100;

/** One text for every cause, so that nobody learns which part was wrong. */
const refused = () =>
  new AccessError(
    'access.bad-credentials',
    `E-mail, password or one-time code is not right. ${lockAfter} failed attempts lock an account for ${lockMinutes} minutes.`,
  );
const locked = () => new AccessError('access.locked', `Too many failed attempts. Try again in ${lockMinutes} minutes.`);
const crowded = () =>
  new AccessError('access.locked', 'Too many people sign in at this moment. Try again in a minute.');

export interface PasswordInput {
  email: string;
  password: string;
  code: string;
}
type Verdict = { readonly signedIn: SignedIn } | { readonly failure: AccessError };

interface Attempt {
  readonly caller: Caller;
  readonly now: Date;
  readonly box: SecretBox;
}

/** Writes down a failed attempt; every fifth locks the account for a while. */
async function countFailure(
  { store, audit }: AccessWriters,
  operator: { id: string; email: string; failed_attempts: number },
  { caller, now }: Attempt,
): Promise<void> {
  const attempts = operator.failed_attempts + 1;
  const locked_until = attempts % lockAfter === 0 ? new Date(now.getTime() + lockMinutes * 60_000) : null;
  await store.updateOperator(operator.id, { failed_attempts: attempts, locked_until });
  await audit.append({
    action: 'access.sign-in-refused',
    subject: operator.email,
    by: { kind: 'system', id: 'access', name: 'sign-in' },
    details: { address: caller.address, attempts, locked: locked_until !== null },
    at: now,
  });
}

/** Answers a verdict instead of throwing, so that a failed attempt is committed before it is refused. */
async function tryPassword(writers: AccessWriters, input: PasswordInput, attempt: Attempt): Promise<Verdict> {
  const { store } = writers;
  const { now, box, caller } = attempt;
  const operator = await store.operatorByEmail(input.email);
  const stored = operator && (await store.password(operator.id));
  const rightPassword = await checkPassword(input.password, stored?.hash);
  const step = stored && matchTotp(box.open(stored.totp_sealed), input.code, now, Number(stored.totp_last_step));
  const right = operator?.state === 'active' && rightPassword && step !== undefined;
  // only who has password and code is told: to anybody else a locked account looks like an unknown one
  if (operator?.locked_until && operator.locked_until > now) return { failure: right ? locked() : refused() };
  if (right) {
    await store.usedTotpStep(operator.id, step);
    return { signedIn: await openSession(writers, operator, caller, now, 'password') };
  }
  if (operator) await countFailure(writers, operator, attempt);
  return { failure: refused() };
}

/** Runs at most `most` pieces of work at a time; the others wait in order, and what exceeds the line is refused. */
function createLine(most: number, mostWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most && waiting.length >= mostWaiting) throw crowded();
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Sign-in of operators: passkey (WebAuthn Level 3 s7.2), or password with one-time code and lock-out. */
export function createSignIn({ db, clock, secretBox, bind }: AccessDeps) {
  const beginPasskey = async (caller: Caller) => {
    const { store } = bind(db);
    const now = clock.now();
    const options = await authenticationOptions(caller);
    const id = newId(now.getTime());
    const expires_at = new Date(now.getTime() + challengeMinutes * 60_000);
    await store.deleteExpired(now);
    await store.insertChallenge({ id, challenge: options.challenge, expires_at });
    return { challengeId: id, options: options as unknown as WebAuthnJson };
  };

  const withPasskey = async (challengeId: string, response: WebAuthnJson, caller: Caller): Promise<SignedIn> => {
    const now = clock.now();
    const challenge = await bind(db).store.takeChallenge(challengeId); // taken even when the rest fails
    if (!challenge || challenge.expires_at <= now) throw refusedPasskey();
    return inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const passkey = await writers.store.passkey(String(response.id));
      const operator = passkey && (await writers.store.operator(passkey.operator_id));
      if (!passkey || operator?.state !== 'active') throw refusedPasskey();
      const counter = await checkAuthentication(response, challenge.challenge, passkey, caller);
      await writers.store.countPasskey(passkey.credential_id, counter);
      return openSession(writers, operator, caller, now, 'passkey');
    });
  };

  const inLine = createLine(mostChecks, mostWaiting);
  const withPassword = async (input: PasswordInput, caller: Caller): Promise<SignedIn> => {
    const verdict = await inLine(() => {
      const attempt = { caller, now: clock.now(), box: secretBox };
      return inTransaction(db, (tx) => tryPassword(bind(tx), input, attempt));
    });
    if ('failure' in verdict) throw verdict.failure;
    return verdict.signedIn;
  };

  const signOut = (cookie: string, by: { id: string; name: string }) =>
    inTransaction(db, async (tx) => {
      const { store, audit } = bind(tx);
      await store.deleteSession(secretHash(cookie));
      await audit.append({
        action: 'access.sign-out',
        subject: by.name,
        by: { kind: 'operator', ...by },
        at: clock.now(),
      });
    });

  return Object.freeze({ beginPasskey, withPasskey, withPassword, signOut });
}
