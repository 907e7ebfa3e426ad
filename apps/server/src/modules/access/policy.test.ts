import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permissions, type Role } from '@bulkhead/contract';
import { permissionsOf } from './policy.ts';

const writes = permissions.filter((p) => p !== 'public' && p !== 'signed-in' && !p.endsWith('.read'));
const held = (...roles: Role[]) => permissionsOf(roles);

test('an administrator may do everything', () => {
  assert.deepEqual([...held('administrator')], [...permissions]);
});

test('an auditor reads everything and changes nothing', () => {
  for (const permission of permissions.filter((p) => p.endsWith('.read')))
    assert.ok(held('auditor').has(permission), permission);
  for (const permission of writes) assert.ok(!held('auditor').has(permission), permission);
});

test('no role but the administrator changes operators and tokens', () => {
  for (const name of ['engineer', 'analyst', 'auditor', 'provisioner', 'supplier', 'viewer'] as const)
    assert.ok(!held(name).has('access.write'), name);
});

test('a viewer and no role at all change nothing', () => {
  for (const permission of writes) assert.ok(!held('viewer').has(permission), permission);
  assert.deepEqual([...held()], ['public', 'signed-in']);
});

test('a provisioner imports and asks for claim certificates but revokes nothing and sees no audit log', () => {
  assert.ok(held('provisioner').has('inventory.import') && held('provisioner').has('identity.issue'));
  assert.ok(!held('provisioner').has('identity.revoke') && !held('provisioner').has('audit.read'));
});

test('a supplier hands in images and files that it signed, and sees and changes nothing else', () => {
  assert.deepEqual([...held('supplier')].sort(), ['images.sign', 'images.upload', 'public', 'signed-in']);
});

test('roles add up', () => {
  assert.ok(
    held('viewer', 'provisioner').has('inventory.import') && held('viewer', 'provisioner').has('monitoring.read'),
  );
});
