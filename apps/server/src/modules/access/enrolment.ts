import { randomBytes } from 'node:crypto';
import { newId } from '@bulkhead/kernel';
import {
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters, Caller } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { passwordWeakness } from './domain/password-rules.ts';
import { base32, matchTotp, totpUri } from './domain/totp.ts';
import { hashPassword, randomSecret, secretHash } from './secrets.ts';
import { openSession, type SignedIn } from './sessions.ts';
import type { Link, PendingEnrolment } from './tables.ts';

const setupMinutes = 30;
const invitationHours = 72;
const maxAttempts = 10;
const badLink = () =>
  new AccessError(
    'access.bad-link',
    'This link is not valid any more. Links work once and for a limited time; restart the server for a new set-up link, or ask for a new invitation.',
  );

/** The name a passkey is bound to (WebAuthn RP ID): the host name without port. */
const relyingParty = (origin: string) => new URL(origin).hostname;

async function openLink({ store }: AccessWriters, token: string, now: Date): Promise<Link> {
  const link = await store.link(secretHash(token));
  if (!link || link.used_at || link.expires_at <= now || link.attempts >= maxAttempts) throw badLink();
  if (link.kind === 'set-up' && (await store.anyOperator())) throw badLink();
  return link;
}

export interface BeginInput {
  link: string;
  method: 'passkey' | 'password';
  email?: string;
  name?: string;
}
export interface CompleteInput {
  link: string;
  passkey?: Record<string, unknown>;
  password?: string;
  code?: string;
}

/**
 * How an operator comes into being: a single-use link (set-up or invitation), then a passkey, or a strong password
 * with a one-time code. There is no default credential and no other way in.
 */
export function createEnrolment({ db, clock, secretBox, bind }: AccessDeps) {
  async function identityOf(
    link: Link,
    input: BeginInput,
    { store }: AccessWriters,
  ): Promise<{ email: string; name: string }> {
    if (link.kind === 'invitation') {
      const operator = link.operator_id ? await store.operator(link.operator_id) : undefined;
      if (!operator) throw badLink();
      return { email: operator.email, name: operator.name };
    }
    if (!input.email || !input.name)
      throw new AccessError('access.bad-link', 'The first operator needs an e-mail address and a name.');
    if (await store.operatorByEmail(input.email))
      throw new AccessError('access.email-taken', 'There is an operator with this e-mail address already.');
    return { email: input.email, name: input.name };
  }

  const begin = (input: BeginInput, caller: Caller) =>
    inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const link = await openLink(writers, input.link, clock.now());
      const who = await identityOf(link, input, writers);
      const pending: PendingEnrolment = { ...who };
      const passkey = input.method === 'passkey' ? await passkeyOptions(who, caller) : null;
      if (passkey) pending.challenge = passkey.challenge;
      const seed = randomBytes(20);
      if (!passkey) pending.totpSealed = secretBox.seal(seed).toString('base64');
      await writers.store.updateLink(link.id, { pending });
      return {
        ...who,
        passkey: passkey as Record<string, unknown> | null,
        totp: passkey ? null : { secret: base32(seed), uri: totpUri(seed, who.email) },
      };
    });

  const passkeyOptions = (who: { email: string; name: string }, caller: Caller) =>
    generateRegistrationOptions({
      rpName: 'Bulkhead',
      rpID: relyingParty(caller.origin),
      userName: who.email,
      userDisplayName: who.name,
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });

  async function checkedPasskey(response: Record<string, unknown>, challenge: string, caller: Caller) {
    const result = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: caller.origin,
      expectedRPID: relyingParty(caller.origin),
      requireUserVerification: true,
    }).catch((cause: unknown) => {
      throw new AccessError(
        'access.passkey-refused',
        'The passkey could not be verified. Try again in this browser window.',
        { cause },
      );
    });
    if (!result.verified)
      throw new AccessError(
        'access.passkey-refused',
        'The passkey could not be verified. Try again in this browser window.',
      );
    return result.registrationInfo.credential;
  }

  async function checkedPassword(input: CompleteInput, pending: PendingEnrolment, now: Date) {
    const weakness = passwordWeakness(input.password ?? '', pending.email);
    if (weakness) throw new AccessError('access.weak-password', weakness, { fields: { password: weakness } });
    const seed = secretBox.open(Buffer.from(pending.totpSealed ?? '', 'base64'));
    const step = matchTotp(seed, input.code ?? '', now, 0);
    if (step === undefined)
      throw new AccessError(
        'access.wrong-code',
        'The one-time code is not right. Check that the clock of your phone is.',
        { fields: { code: 'not right' } },
      );
    return { hash: await hashPassword(input.password ?? ''), totp_sealed: secretBox.seal(seed), totp_last_step: step };
  }

  /** The operator the link makes or activates; the first one is the administrator. */
  async function activate(link: Link, pending: PendingEnrolment, { store }: AccessWriters, now: Date) {
    if (link.operator_id) {
      await store.updateOperator(link.operator_id, { state: 'active' });
      const operator = await store.operator(link.operator_id);
      if (operator) return operator;
    }
    if (await store.operatorByEmail(pending.email))
      throw new AccessError('access.email-taken', 'There is an operator with this e-mail address already.');
    const operator = {
      id: newId(now.getTime()),
      email: pending.email,
      name: pending.name,
      roles: ['administrator' as const],
      state: 'active' as const,
      created_at: now,
      last_sign_in_at: null,
      locked_until: null,
    };
    await store.insertOperator(operator);
    return operator;
  }

  /** Failed attempts are counted outside the transaction that they abort. */
  const countFailure = async (token: string) => {
    const { store } = bind(db);
    const link = await store.link(secretHash(token));
    if (link) await store.updateLink(link.id, { attempts: link.attempts + 1 });
  };

  const finish = (input: CompleteInput, caller: Caller): Promise<SignedIn> =>
    inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const now = clock.now();
      const link = await openLink(writers, input.link, now);
      const { pending } = link;
      if (!pending) throw badLink();
      const passkey =
        input.passkey && pending.challenge ? await checkedPasskey(input.passkey, pending.challenge, caller) : undefined;
      const password = passkey ? undefined : await checkedPassword(input, pending, now);
      const operator = await activate(link, pending, writers, now);
      if (passkey)
        await writers.store.insertPasskey({
          credential_id: passkey.id,
          operator_id: operator.id,
          public_key: Buffer.from(passkey.publicKey),
          counter: passkey.counter,
          transports: passkey.transports ?? [],
          created_at: now,
        });
      if (password) await writers.store.insertPassword({ operator_id: operator.id, ...password, changed_at: now });
      await writers.store.updateLink(link.id, { used_at: now, operator_id: operator.id });
      const how = passkey ? 'passkey' : 'password';
      await writers.audit.append({
        action: 'access.enrol',
        subject: operator.email,
        by: { kind: 'operator', id: operator.id, name: operator.name },
        details: { how, link: link.kind, roles: operator.roles },
        at: now,
      });
      return openSession(writers, operator, caller, now, how);
    });

  return Object.freeze({
    needed: async () => !(await bind(db).store.anyOperator()),
    begin,
    complete: (input: CompleteInput, caller: Caller) =>
      finish(input, caller).catch(async (error: unknown) => {
        if (error instanceof AccessError && error.code !== 'access.bad-link') await countFailure(input.link);
        throw error;
      }),
    /** Makes a new set-up link and voids the earlier ones; undefined once there is an operator. */
    createSetupLink: () =>
      inTransaction(db, async (tx) => {
        const { store } = bind(tx);
        if (await store.anyOperator()) return undefined;
        const token = randomSecret();
        const now = clock.now();
        const expiresAt = new Date(now.getTime() + setupMinutes * 60_000);
        await store.deleteSetupLinks();
        await store.insertLink({
          id: newId(now.getTime()),
          token_hash: secretHash(token),
          kind: 'set-up',
          operator_id: null,
          expires_at: expiresAt,
          used_at: null,
          created_at: now,
        });
        return { token, expiresAt };
      }),
    /** A link for an operator who was invited, in the caller's transaction. */
    createInvitation: async ({ store }: AccessWriters, operatorId: string) => {
      const token = randomSecret();
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + invitationHours * 3_600_000);
      await store.insertLink({
        id: newId(now.getTime()),
        token_hash: secretHash(token),
        kind: 'invitation',
        operator_id: operatorId,
        expires_at: expiresAt,
        used_at: null,
        created_at: now,
      });
      return { token, expiresAt };
    },
  });
}
export type Enrolment = ReturnType<typeof createEnrolment>;
