import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiPrefix, type Operation, operations, type Role, roles } from '@bulkhead/contract';
import { permissionsOf } from '../../apps/server/src/modules/access/policy.ts';
import { type Platform, startPlatform } from './harness.ts';

let platform: Platform;
const tokens = new Map<Role, string>();
before(async () => {
  platform = await startPlatform();
  for (const role of roles) tokens.set(role, await platform.token(role));
});
after(() => platform.stop());

const all = Object.entries(operations) as [string, Operation][];
const guarded = all.filter(([, operation]) => operation.permission !== 'public');

async function call(operation: Operation, headers: Record<string, string>) {
  const path = operation.path.replaceAll(/:([A-Za-z]+)/g, 'x');
  const stop = new AbortController();
  const body =
    operation.method === 'GET' || operation.method === 'DELETE'
      ? {}
      : { body: '{}', headers: { ...headers, 'content-type': 'application/json', 'x-bulkhead-request': '1' } };
  const response = await fetch(`${platform.origin}${apiPrefix}${path}`, {
    method: operation.method,
    headers: { ...headers, 'x-bulkhead-request': '1' },
    signal: stop.signal,
    ...body,
  });
  const answer = {
    status: response.status,
    code: response.headers.get('content-type')?.includes('problem')
      ? ((await response.json()) as { code: string }).code
      : undefined,
  };
  if (response.ok) stop.abort(); // the live stream would never end
  return answer;
}

test(`each of the ${guarded.length} guarded operations refuses a caller without credentials, and one with made-up ones`, async () => {
  assert.ok(guarded.length > 50);
  for (const [id, operation] of guarded) {
    for (const headers of [{}, { authorization: 'Bearer bh_made-up' }, { cookie: 'bulkhead_session=made-up' }]) {
      assert.deepEqual(await call(operation, headers), { status: 401, code: 'access.unauthenticated' }, id);
    }
  }
});

test('each operation refuses every role that lacks its permission, before it looks at the input', async () => {
  let refused = 0;
  for (const [id, operation] of guarded) {
    for (const role of roles) {
      if (permissionsOf([role]).has(operation.permission)) continue;
      refused += 1;
      assert.deepEqual(
        await call(operation, { authorization: `Bearer ${tokens.get(role)}` }),
        { status: 403, code: 'access.forbidden' },
        `${id} as ${role}`,
      );
    }
  }
  assert.ok(refused > 50, `${refused} combinations`);
});

test('each operation lets in a role that has its permission', async () => {
  for (const [id, operation] of guarded) {
    const role = roles.find((name) => permissionsOf([name]).has(operation.permission));
    const { code } = await call(operation, { authorization: `Bearer ${tokens.get(role as Role)}` });
    assert.ok(
      code !== 'access.forbidden' && code !== 'access.unauthenticated' && code !== 'request.internal',
      `${id} as ${role}: ${code}`,
    );
  }
});

test('the public operations are those of set-up and sign-in, and no others', () => {
  assert.deepEqual(
    all
      .filter(([, operation]) => operation.permission === 'public')
      .map(([id]) => id)
      .sort(),
    [
      'beginEnrolment',
      'beginPasskeySignIn',
      'completeEnrolment',
      'getSetup',
      'signInWithPasskey',
      'signInWithPassword',
    ],
  );
});
