import { randomBytes } from 'node:crypto';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters, Caller, SecretBox } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { passwordWeakness } from './domain/password-rules.ts';
import { base32, matchTotp, totpUri } from './domain/totp.ts';
import { badLink, type Links, openLink } from './links.ts';
import { checkRegistration, registrationOptions, type WebAuthnJson } from './passkeys.ts';
import { hashPassword } from './secrets.ts';
import { openSession, type SignedIn } from './sessions.ts';
import type { Link, PendingEnrolment } from './tables.ts';

export interface BeginInput {
  link: string;
  method: 'passkey' | 'password';
  email?: string;
  name?: string;
}
export interface CompleteInput {
  link: string;
  passkey?: WebAuthnJson;
  password?: string;
  code?: string;
}

const emailTaken = () =>
  new AccessError('access.email-taken', 'There is an operator with this e-mail address already.');

/** Whose account the link makes: the invited operator, whatever was sent, or the first one by what was sent. */
async function personOf(
  link: Link,
  input: BeginInput,
  { store }: AccessWriters,
): Promise<{ email: string; name: string }> {
  if (link.kind === 'invitation') {
    const operator = link.operator_id ? await store.operator(link.operator_id) : undefined;
    if (operator?.state !== 'invited') throw badLink(); // disabled since: the link must not bring the account back
    return { email: operator.email, name: operator.name };
  }
  const { email, name } = input;
  if (!email || !name)
    throw new AccessError('access.bad-link', 'The first operator needs an e-mail address and a name.');
  if (await store.operatorByEmail(email)) throw emailTaken();
  return { email, name };
}

/** A strong password and the right one-time code, ready to be stored. @throws AccessError */
async function checkedPassword(input: CompleteInput, pending: PendingEnrolment, now: Date, box: SecretBox) {
  const weakness = passwordWeakness(input.password ?? '', pending.email);
  if (weakness) throw new AccessError('access.weak-password', weakness, { fields: { password: weakness } });
  const seed = box.open(Buffer.from(pending.totpSealed ?? '', 'base64'));
  const step = matchTotp(seed, input.code ?? '', now, 0);
  if (step === undefined) {
    const detail = 'The one-time code is not right. Check that the clock of your phone is.';
    throw new AccessError('access.wrong-code', detail, { fields: { code: 'not right' } });
  }
  return { hash: await hashPassword(input.password ?? ''), totp_sealed: box.seal(seed), totp_last_step: step };
}

/** The operator the link makes or activates; the first one is the administrator. */
async function activate(link: Link, { email, name }: PendingEnrolment, { store }: AccessWriters, now: Date) {
  if (link.operator_id) {
    const operator = await store.operator(link.operator_id);
    if (operator?.state !== 'invited') throw badLink();
    await store.updateOperator(operator.id, { state: 'active' });
    return operator;
  }
  if (await store.operatorByEmail(email)) throw emailTaken();
  const first = { roles: ['administrator' as const], state: 'active' as const };
  const operator = {
    id: newId(now.getTime()),
    email,
    name,
    ...first,
    created_at: now,
    last_sign_in_at: null,
    locked_until: null,
  };
  await store.insertOperator(operator);
  return operator;
}

/** Checks what was sent against what `begin` prepared, and stores operator and credential; the link is used up. */
async function finish(
  writers: AccessWriters,
  input: CompleteInput,
  caller: Caller,
  now: Date,
  box: SecretBox,
): Promise<SignedIn> {
  const { store, audit } = writers;
  const link = await openLink(writers, input.link, now);
  const { pending } = link;
  if (!pending) throw badLink();
  const passkey =
    input.passkey && pending.challenge ? await checkRegistration(input.passkey, pending.challenge, caller) : undefined;
  const password = passkey ? undefined : await checkedPassword(input, pending, now, box);
  const operator = await activate(link, pending, writers, now);
  if (passkey) {
    const { id: credential_id, publicKey, counter, transports = [] } = passkey;
    await store.insertPasskey({
      credential_id,
      operator_id: operator.id,
      public_key: Buffer.from(publicKey),
      counter,
      transports,
      created_at: now,
    });
  }
  if (password) await store.insertPassword({ operator_id: operator.id, ...password, changed_at: now });
  await store.updateLink(link.id, { used_at: now, operator_id: operator.id });
  const how = passkey ? 'passkey' : 'password';
  const by = { kind: 'operator', id: operator.id, name: operator.name } as const;
  await audit.append({
    action: 'access.enrol',
    subject: operator.email,
    by,
    details: { how, link: link.kind, roles: operator.roles },
    at: now,
  });
  return openSession(writers, operator, caller, now, how);
}

/**
 * How an operator comes into being: a single-use link (set-up or invitation), then a passkey, or a strong password
 * with a one-time code. There is no default credential and no other way in.
 */
export function createEnrolment({ db, clock, secretBox, bind }: AccessDeps, links: Links) {
  const begin = (input: BeginInput, caller: Caller) =>
    inTransaction(db, async (tx) => {
      const writers = bind(tx);
      const link = await openLink(writers, input.link, clock.now());
      const who = await personOf(link, input, writers);
      const passkey = input.method === 'passkey' ? await registrationOptions(who, caller) : null;
      const seed = randomBytes(20);
      const prepared = passkey
        ? { challenge: passkey.challenge }
        : { totpSealed: secretBox.seal(seed).toString('base64') };
      await writers.store.updateLink(link.id, { pending: { ...who, ...prepared } });
      const totp = passkey ? null : { secret: base32(seed), uri: totpUri(seed, who.email) };
      return { ...who, passkey: passkey as WebAuthnJson | null, totp };
    });

  const complete = async (input: CompleteInput, caller: Caller): Promise<SignedIn> => {
    try {
      return await inTransaction(db, (tx) => finish(bind(tx), input, caller, clock.now(), secretBox));
    } catch (error) {
      if (error instanceof AccessError && error.code !== 'access.bad-link') await links.countFailure(input.link);
      throw error;
    }
  };

  return Object.freeze({
    needed: async () => !(await bind(db).store.anyAdministrator()),
    begin,
    complete,
    createSetupLink: links.createSetupLink,
  });
}
export type Enrolment = ReturnType<typeof createEnrolment>;
