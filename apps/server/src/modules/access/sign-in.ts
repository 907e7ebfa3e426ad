import { newId } from '@bulkhead/kernel';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, Caller } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { matchTotp } from './domain/totp.ts';
import { checkPassword, secretHash } from './secrets.ts';
import { openSession, type SignedIn } from './sessions.ts';

const challengeMinutes = 5;
const lockAfter = 5;
const lockMinutes = 15;
/** One text for every cause, so that nobody learns which part was wrong. */
const refused = () => new AccessError('access.bad-credentials', 'E-mail, password or one-time code is not right.');
const refusedPasskey = (cause?: unknown) =>
  new AccessError(
    'access.bad-credentials',
    'This passkey is not known here, or the attempt took too long. Try again.',
    { cause },
  );

/** Sign-in of operators: passkey (WebAuthn Level 3 s7.2), or password with one-time code and lock-out. */
export function createSignIn({ db, clock, secretBox, bind }: AccessDeps) {
  const beginPasskey = async (caller: Caller) => {
    const { store } = bind(db);
    const now = clock.now();
    const options = await generateAuthenticationOptions({
      rpID: new URL(caller.origin).hostname,
      userVerification: 'required',
    });
    const id = newId(now.getTime());
    await store.deleteExpired(now);
    await store.insertChallenge({
      id,
      challenge: options.challenge,
      expires_at: new Date(now.getTime() + challengeMinutes * 60_000),
    });
    return { challengeId: id, options: options as unknown as Record<string, unknown> };
  };

  const withPasskey = async (
    challengeId: string,
    response: Record<string, unknown>,
    caller: Caller,
  ): Promise<SignedIn> => {
    const now = clock.now();
    const challenge = await bind(db).store.takeChallenge(challengeId); // taken even when the rest fails
    if (!challenge || challenge.expires_at <= now) throw refusedPasskey();
    return inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const passkey = await writers.store.passkey(String(response.id));
      const operator = passkey && (await writers.store.operator(passkey.operator_id));
      if (!passkey || operator?.state !== 'active') throw refusedPasskey();
      const result = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: challenge.challenge,
        expectedOrigin: caller.origin,
        expectedRPID: new URL(caller.origin).hostname,
        requireUserVerification: true,
        credential: {
          id: passkey.credential_id,
          publicKey: new Uint8Array(passkey.public_key),
          counter: Number(passkey.counter),
        },
      }).catch((cause: unknown) => {
        throw refusedPasskey(cause);
      });
      if (!result.verified) throw refusedPasskey();
      await writers.store.countPasskey(passkey.credential_id, result.authenticationInfo.newCounter);
      return openSession(writers, operator, caller, now, 'passkey');
    });
  };

  type Verdict = { signedIn: SignedIn } | { failure: AccessError };

  const tryPassword = (input: { email: string; password: string; code: string }, caller: Caller): Promise<Verdict> =>
    inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const now = clock.now();
      const operator = await writers.store.operatorByEmail(input.email);
      const stored = operator && (await writers.store.password(operator.id));
      if (operator?.locked_until && operator.locked_until > now)
        return {
          failure: new AccessError('access.locked', `Too many failed attempts. Try again in ${lockMinutes} minutes.`),
        };
      const rightPassword = await checkPassword(input.password, stored?.hash);
      const step =
        stored && matchTotp(secretBox.open(stored.totp_sealed), input.code, now, Number(stored.totp_last_step));
      if (operator?.state === 'active' && rightPassword && step !== undefined) {
        await writers.store.usedTotpStep(operator.id, step);
        return { signedIn: await openSession(writers, operator, caller, now, 'password') };
      }
      if (operator) {
        const attempts = operator.failed_attempts + 1;
        const locked_until = attempts % lockAfter === 0 ? new Date(now.getTime() + lockMinutes * 60_000) : null;
        await writers.store.updateOperator(operator.id, { failed_attempts: attempts, locked_until });
        await writers.audit.append({
          action: 'access.sign-in-refused',
          subject: operator.email,
          by: { kind: 'system', id: 'access', name: 'sign-in' },
          details: { address: caller.address, attempts, locked: locked_until !== null },
          at: now,
        });
      }
      return { failure: refused() };
    });

  return Object.freeze({
    beginPasskey,
    withPasskey,
    /** The failed attempt is committed (counter, audit) before it is refused. */
    withPassword: async (
      input: { email: string; password: string; code: string },
      caller: Caller,
    ): Promise<SignedIn> => {
      const verdict = await tryPassword(input, caller);
      if ('failure' in verdict) throw verdict.failure;
      return verdict.signedIn;
    },
    signOut: (cookie: string, by: { id: string; name: string }) =>
      inTransaction(db, async (tx) => {
        const { store, audit } = bind(tx);
        await store.deleteSession(secretHash(cookie));
        await audit.append({
          action: 'access.sign-out',
          subject: by.name,
          by: { kind: 'operator', ...by },
          at: clock.now(),
        });
      }),
  });
}
