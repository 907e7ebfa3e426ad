import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { TestDatabase } from '../../platform/db/testing.ts';
import type { Access } from './access.ts';
import { accessFixture, caller, codeFor } from './testing.ts';

const clock = manualClock('2026-11-20T10:00:00Z');
const password = 'seven green tractors climb';
let database: TestDatabase;
let access: Access;
before(async () => {
  ({ database, access } = await accessFixture(clock));
});
after(() => database.close());
beforeEach(async () => {
  await sql`truncate access_operator, access_link, access_session, access_token, access_challenge, access_view cascade`.execute(
    database.db,
  );
  clock.advance(3_600_000);
});

async function enrolFirst(email = 'ada@example.com') {
  const link = (await access.enrolment.createSetupLink())?.token ?? '';
  const begun = await access.enrolment.begin({ link, method: 'password', email, name: 'Ada' }, caller);
  const secret = begun.totp?.secret ?? '';
  const signedIn = await access.enrolment.complete({ link, password, code: codeFor(secret, clock.now()) }, caller);
  return { link, secret, signedIn, by: { kind: 'operator' as const, id: signedIn.session.id, name: 'Ada' } };
}
const code = (expected: string) => ({ code: expected });

test('the set-up link makes the first operator an administrator and signs in', async () => {
  const { signedIn } = await enrolFirst();

  const actor = await access.authenticate({ session: signedIn.cookie, bearer: undefined });

  assert.deepEqual(signedIn.session.roles, ['administrator']);
  assert.equal(actor?.may('access.write'), true);
  assert.equal(await access.enrolment.needed(), false);
});

test('the set-up link works once, and there is none any more once there is an operator', async () => {
  const { link } = await enrolFirst();

  await assert.rejects(
    access.enrolment.begin({ link, method: 'password', email: 'eve@example.com', name: 'Eve' }, caller),
    code('access.bad-link'),
  );
  assert.equal(await access.enrolment.createSetupLink(), undefined);
});

test('a set-up link ends after 30 minutes, and a newer one voids it at once', async () => {
  const first = (await access.enrolment.createSetupLink())?.token ?? '';
  const second = (await access.enrolment.createSetupLink())?.token ?? '';
  const begin = (link: string) =>
    access.enrolment.begin({ link, method: 'password', email: 'a@example.com', name: 'A' }, caller);

  await assert.rejects(begin(first), code('access.bad-link'));
  await begin(second);
  clock.advance(31 * 60_000);

  await assert.rejects(begin(second), code('access.bad-link'));
});

test('a link gives up after ten wrong codes', async () => {
  const link = (await access.enrolment.createSetupLink())?.token ?? '';
  const begun = await access.enrolment.begin({ link, method: 'password', email: 'a@example.com', name: 'A' }, caller);
  const right = codeFor(begun.totp?.secret ?? '', clock.now());
  const wrong = right === '000000' ? '000001' : '000000';

  for (let i = 0; i < 10; i++)
    await assert.rejects(access.enrolment.complete({ link, password, code: wrong }, caller), code('access.wrong-code'));

  await assert.rejects(access.enrolment.complete({ link, password, code: right }, caller), code('access.bad-link'));
});

test('a weak password is refused with the remedy', async () => {
  const link = (await access.enrolment.createSetupLink())?.token ?? '';
  await access.enrolment.begin({ link, method: 'password', email: 'ada@example.com', name: 'A' }, caller);

  for (const weak of ['short', 'aaaaaaaaaaaaaaaa', 'P@ssw0rd12345', 'bulkhead-admin-1']) {
    await assert.rejects(
      access.enrolment.complete({ link, password: weak, code: '000000' }, caller),
      code('access.weak-password'),
      weak,
    );
  }
});

test('password and one-time code sign in; the same code does not work again', async () => {
  const { secret } = await enrolFirst();
  clock.advance(60_000);
  const input = { email: 'ADA@example.com', password, code: codeFor(secret, clock.now()) };

  await access.signIn.withPassword(input, caller);

  await assert.rejects(access.signIn.withPassword(input, caller), code('access.bad-credentials'));
});

test('five failed attempts lock the account for a while, also for the right password', async () => {
  const { secret } = await enrolFirst();
  const wrong = { email: 'ada@example.com', password: 'no', code: '000000' };
  for (let i = 0; i < 5; i++)
    await assert.rejects(access.signIn.withPassword(wrong, caller), code('access.bad-credentials'));
  const right = () =>
    access.signIn.withPassword({ email: 'ada@example.com', password, code: codeFor(secret, clock.now()) }, caller);

  await assert.rejects(right(), code('access.locked'));
  clock.advance(16 * 60_000);

  assert.ok((await right()).cookie);
});

test('an unknown e-mail address is refused with the same words as a wrong password', async () => {
  await enrolFirst();
  const failure = async (email: string) => {
    try {
      await access.signIn.withPassword({ email, password: 'x', code: '000000' }, caller);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  assert.equal(await failure('nobody@example.com'), await failure('ada@example.com'));
});

test('a session ends after two idle hours and after twelve hours in any case', async () => {
  const { signedIn } = await enrolFirst();
  const alive = async () => (await access.authenticate({ session: signedIn.cookie, bearer: undefined })) !== undefined;
  for (let hour = 1; hour < 12; hour++) {
    clock.advance(3_600_000);
    assert.equal(await alive(), true, `after ${hour} h`);
  }

  clock.advance(3_600_000);
  assert.equal(await alive(), false);

  const other = await (async () => {
    const { by } = { by: { kind: 'system' as const, id: 'x', name: 'x' } };
    return access.tokens.create({ name: 't', roles: ['viewer'], days: 1 }, by);
  })();
  assert.equal((await access.authenticate({ session: undefined, bearer: other.secret }))?.may('inventory.read'), true);
  clock.advance(25 * 3_600_000);
  assert.equal(await access.authenticate({ session: undefined, bearer: other.secret }), undefined);
});

test('disabling an operator ends the sessions at once; the last administrator stays', async () => {
  const { by } = await enrolFirst();
  await assert.rejects(access.operators.update(by.id, { state: 'disabled' }, by), code('access.last-administrator'));
  await assert.rejects(access.operators.update(by.id, { roles: ['viewer'] }, by), code('access.last-administrator'));
  const { link } = await access.operators.invite({ email: 'bob@example.com', name: 'Bob', roles: ['analyst'] }, by);
  const token = link.split('#')[1] ?? '';
  const begun = await access.enrolment.begin({ link: token, method: 'password' }, caller);
  const bob = await access.enrolment.complete(
    { link: token, password, code: codeFor(begun.totp?.secret ?? '', clock.now()) },
    caller,
  );
  const may = async () =>
    (await access.authenticate({ session: bob.cookie, bearer: undefined }))?.may('connectivity.disconnect');
  assert.equal(await may(), true);

  await access.operators.update(bob.session.id, { state: 'disabled' }, by);

  assert.equal(await may(), undefined);
});

test('an invitation keeps the roles that were given, whatever the invited person sends', async () => {
  const { by } = await enrolFirst();
  const { link } = await access.operators.invite({ email: 'bob@example.com', name: 'Bob', roles: ['viewer'] }, by);
  const token = link.split('#')[1] ?? '';

  const begun = await access.enrolment.begin(
    { link: token, method: 'password', email: 'root@example.com', name: 'Root' },
    caller,
  );

  assert.equal(begun.email, 'bob@example.com');
});

test('neither links, sessions, tokens nor one-time seeds are in the database in clear', async () => {
  const { link, signedIn, secret } = await enrolFirst();
  const { secret: token } = await access.tokens.create(
    { name: 'ci', roles: ['viewer'], days: 1 },
    { kind: 'system', id: 'x', name: 'x' },
  );
  let dump = '';
  for (const table of [
    'access_operator',
    'access_link',
    'access_session',
    'access_token',
    'access_password',
    'platform_audit_entry',
  ] as const) {
    const rows = await database.db.selectFrom(table).selectAll().execute();
    dump += JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    );
  }

  for (const value of [link, signedIn.cookie, secret, token, token.slice(3), password])
    assert.ok(!dump.includes(value));
});

test('saved views keep only filters that the list understands; others see shared ones and cannot delete them', async () => {
  const { by } = await enrolFirst();
  const view = { list: 'vehicles', name: 'Online', filter: 'state = online', sort: null, columns: [], shared: true };
  await assert.rejects(access.savedViews.save({ ...view, filter: 'colour = red' }, by), code('request.bad-filter'));
  const saved = await access.savedViews.save(view, by);
  const other = { kind: 'operator' as const, id: '00000000-0000-7000-8000-000000000001', name: 'Other' };

  assert.equal((await access.savedViews.list('vehicles', other.id)).items[0]?.own, false);
  await assert.rejects(access.savedViews.remove(saved.id, other), code('access.unknown-view'));
});
