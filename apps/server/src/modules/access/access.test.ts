import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Permission, Role } from '@bulkhead/contract';
import { manualClock } from '@bulkhead/kernel';
import { sql } from 'kysely';
import type { TestDatabase } from '../../platform/db/testing.ts';
import type { RequestContext } from '../../platform/http/handlers.ts';
import type { Access } from './access.ts';
import { permissionsOf } from './policy.ts';
import { accessRoutes } from './routes.ts';
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

test('a set-up link stands in the audit log', async () => {
  const written = () =>
    database.db
      .selectFrom('platform_audit_entry')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('action', '=', 'access.create-setup-link')
      .executeTakeFirstOrThrow();
  const { n } = await written();

  await access.enrolment.createSetupLink();

  assert.equal(Number((await written()).n), Number(n) + 1);
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
  clock.advance(60_000); // past the code of the enrolment
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

test('an invitation of somebody who was disabled since is void, also when it was opened before', async () => {
  const { by } = await enrolFirst();
  const { link, operator } = await access.operators.invite(
    { email: 'bob@example.com', name: 'Bob', roles: ['administrator'] },
    by,
  );
  const token = link.split('#')[1] ?? '';
  const begun = await access.enrolment.begin({ link: token, method: 'password' }, caller);
  await access.operators.update(operator.id, { state: 'disabled' }, by);

  const right = codeFor(begun.totp?.secret ?? '', clock.now());
  await assert.rejects(
    access.enrolment.complete({ link: token, password, code: right }, caller),
    code('access.bad-link'),
  );
  await assert.rejects(access.enrolment.begin({ link: token, method: 'password' }, caller), code('access.bad-link'));
});

test('a second invitation voids the first and gives the newer roles; an active operator is not invited again', async () => {
  const { by } = await enrolFirst();
  const invite = async (roles: Role[]) =>
    (await access.operators.invite({ email: 'bob@example.com', name: 'Bob', roles }, by)).link.split('#')[1] ?? '';
  const first = await invite(['administrator']);
  const second = await invite(['viewer']);

  await assert.rejects(access.enrolment.begin({ link: first, method: 'password' }, caller), code('access.bad-link'));
  const begun = await access.enrolment.begin({ link: second, method: 'password' }, caller);
  const right = codeFor(begun.totp?.secret ?? '', clock.now());
  const { session } = await access.enrolment.complete({ link: second, password, code: right }, caller);

  assert.deepEqual(session.roles, ['viewer']);
  await assert.rejects(invite(['viewer']), code('access.email-taken'));
});

test('wrong codes sent at the same time are all counted', async () => {
  const link = (await access.enrolment.createSetupLink())?.token ?? '';
  const begun = await access.enrolment.begin({ link, method: 'password', email: 'a@example.com', name: 'A' }, caller);
  const right = codeFor(begun.totp?.secret ?? '', clock.now());
  const wrong = right === '000000' ? '000001' : '000000';

  await Promise.allSettled(
    Array.from({ length: 10 }, () => access.enrolment.complete({ link, password, code: wrong }, caller)),
  );

  await assert.rejects(access.enrolment.complete({ link, password, code: right }, caller), code('access.bad-link'));
});

test('a locked account looks like an unknown one to whoever does not have password and code', async () => {
  await enrolFirst();
  const attempt = (email: string) => access.signIn.withPassword({ email, password: 'no', code: '000000' }, caller);
  const failure = async (email: string) =>
    attempt(email).then(
      () => assert.fail(),
      ({ code, message }) => ({ code, message }),
    );
  for (let i = 0; i < 5; i++) await failure('ada@example.com');

  assert.deepEqual(await failure('ada@example.com'), await failure('nobody@example.com'));
});

test('of a flood of sign-ins all get their answer, a few at a time, and what exceeds the line is refused at once', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 110 }, () =>
      access.signIn.withPassword({ email: 'nobody@example.com', password: 'x', code: '000000' }, caller),
    ),
  );
  const codes = results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : ''));

  assert.equal(codes.filter((found) => found === 'access.bad-credentials').length, 104);
  assert.equal(codes.filter((found) => found === 'access.locked').length, 6);
});

test('a replaced token voids only what the same maker made under the name, and both ends are in the audit log', async () => {
  const maker = { kind: 'system' as const, id: 'bootstrap', name: 'bootstrap.tokenFile' };
  const input = { name: 'bootstrap', roles: ['provisioner' as const], days: 1 };
  const own = await access.tokens.create(input, { kind: 'operator', id: 'x', name: 'Ada' });
  const first = await access.tokens.replace(input, maker);
  const second = await access.tokens.replace(input, maker);
  const good = async (secret: string) =>
    (await access.authenticate({ session: undefined, bearer: secret })) !== undefined;

  assert.deepEqual(await Promise.all([own, first, second].map(({ secret }) => good(secret))), [true, false, true]);
  const entries = await database.db
    .selectFrom('platform_audit_entry')
    .select(['details'])
    .where('action', '=', 'access.delete-token')
    .execute();
  assert.ok(entries.some(({ details }) => details.includes(first.token.id)));

  // a start that is no demonstration ends what one was given, and nothing else
  await access.tokens.endWithRole('bootstrap', 'administrator', maker);
  assert.equal(await good(second.secret), true);
  const demo = await access.tokens.replace({ ...input, roles: ['provisioner', 'administrator'] }, maker);
  await access.tokens.endWithRole('bootstrap', 'administrator', maker);
  assert.deepEqual(await Promise.all([own, demo].map(({ secret }) => good(secret))), [true, false]);
});

test('the first operator of a configuration exists only if the one-time code was handed over', async () => {
  const fail = () => {
    throw new Error('disk full');
  };

  await assert.rejects(access.createFirstOperator('ada@example.com', password, fail), /disk full/);

  assert.equal(await access.enrolment.needed(), true);
});

test('nobody grants a role that carries more than they may do themselves', async () => {
  const routes = accessRoutes(access);
  const held = permissionsOf(['provisioner']);
  const actor = {
    kind: 'token',
    id: 'x',
    name: 'tool',
    may: (permission: Permission) => held.has(permission),
  } as const;
  const context = { actor } as unknown as RequestContext;
  const token = (roles: Role[]) =>
    routes.createToken({ params: undefined, query: undefined, body: { name: 't', roles, days: 1 } }, context);
  const forbidden = code('access.forbidden');

  await assert.rejects(async () => token(['administrator']), forbidden);
  await assert.rejects(async () => token(['provisioner', 'auditor']), forbidden);
  const invitation = { email: 'eve@example.com', name: 'Eve', roles: ['administrator' as const] };
  await assert.rejects(
    async () => routes.inviteOperator({ params: undefined, query: undefined, body: invitation }, context),
    forbidden,
  );
  await assert.rejects(
    async () =>
      routes.updateOperator({ params: { id: actor.id }, query: undefined, body: { roles: ['engineer'] } }, context),
    forbidden,
  );
  assert.ok((await token(['provisioner'])).secret);
});

test('what a session or token has opened is good no more after sign-out, idleness, expiry or withdrawal', async () => {
  const { signedIn, by } = await enrolFirst();
  const operator = await access.authenticate({ session: signedIn.cookie, bearer: undefined });
  const { token, secret } = await access.tokens.create({ name: 't', roles: ['viewer'], days: 1 }, by);
  const tool = await access.authenticate({ session: undefined, bearer: secret });
  assert.ok(operator && tool);
  const good = () => Promise.all([access.stillGood(operator, signedIn.cookie), access.stillGood(tool, undefined)]);
  assert.deepEqual(await good(), [true, true]);

  await access.signIn.signOut(signedIn.cookie, by);
  await access.tokens.remove(token.id, by);

  assert.deepEqual(await good(), [false, false]);
});

test('asking whether a session is still good does not keep it from becoming idle', async () => {
  const { signedIn } = await enrolFirst();
  const operator = await access.authenticate({ session: signedIn.cookie, bearer: undefined });
  assert.ok(operator);
  for (let quarter = 1; quarter < 8; quarter++) {
    clock.advance(900_000);
    assert.equal(await access.stillGood(operator, signedIn.cookie), true);
  }

  clock.advance(900_000);

  assert.equal(await access.stillGood(operator, signedIn.cookie), false);
});
