import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Architecture } from '@bulkhead/contract';
import { csvLine } from '@bulkhead/kernel';
import { checkArchitecture, rolesOf } from './architecture.ts';
import { identityState } from './identity-state.ts';
import { requireVin } from './vin.ts';

const architecture: Architecture = {
  zones: [{ id: 'outer', name: 'Outer', trust: 'untrusted' }],
  buses: [
    { id: 'eth', name: 'Ethernet', kind: 'ethernet', zone: 'outer' },
    { id: 'can', name: 'CAN', kind: 'can' },
    { id: 'diag', name: 'Diagnostics', kind: 'can', open: true },
  ],
  roles: [
    {
      id: 'tcu',
      name: 'Telematics',
      function: 'telematics',
      buses: ['eth'],
      patchable: true,
      interfaces: ['cellular'],
    },
    {
      id: 'gw',
      name: 'Gateway',
      function: 'gateway',
      buses: ['eth', 'can'],
      gateway: true,
      patchable: true,
      interfaces: [],
    },
    { id: 'brake', name: 'Brake', function: 'brake', buses: ['can'], patchable: false, interfaces: [] },
    { id: 'seat', name: 'Seat', function: 'body', buses: ['diag'], patchable: false, interfaces: [] },
  ],
};

test('a role is open by an interface to the outside or by an open bus, else closed', () => {
  const network = Object.fromEntries(rolesOf(architecture).map((role) => [role.role, role.network]));
  assert.deepEqual(network, { tcu: 'open', gw: 'closed', brake: 'closed', seat: 'open' });
  // a modem opens its ECU, not the bus that the ECU sits on
  const buses = Object.fromEntries(rolesOf(architecture).map((role) => [role.role, role.openBus]));
  assert.deepEqual(buses, { tcu: false, gw: false, brake: false, seat: true });
});

test('an architecture whose names lead nowhere or repeat is refused with the place of each fault', () => {
  const role = { ...(architecture.roles[1] as Architecture['roles'][number]), buses: ['can', 'lin'], zone: 'inner' };
  const broken = { ...architecture, roles: [...architecture.roles, { ...role, software: ['a', 'a'] }] };
  assert.throws(
    () => checkArchitecture(broken),
    (error: { code: string; fields: object }) => {
      assert.equal(error.code, 'inventory.bad-architecture');
      assert.deepEqual(Object.keys(error.fields), ['roles/4/id', 'roles/4/zone', 'roles/4/buses', 'roles/4/software']);
      return true;
    },
  );
  checkArchitecture(architecture);
});

test('a gateway joins at least two buses', () => {
  const roles = architecture.roles.map((role) => (role.id === 'gw' ? { ...role, buses: ['can'] } : role));
  assert.throws(() => checkArchitecture({ ...architecture, roles }), /joins fewer than two buses/);
});

test('a VIN is stored in capitals, and a wrong one is refused with the reason', () => {
  assert.equal(requireVin(' wvwzzz1jz3w386752 '), 'WVWZZZ1JZ3W386752');
  assert.throws(() => requireVin('WVWZZZ1JZ3W38675O'), /without I, O and Q/);
  assert.throws(() => requireVin('1M8GDM9AXKP042789'), /check digit.*expected/);
});

test('an identity is expiring in its last sixth and at most 30 days before its end', () => {
  const at = (notBefore: string | null, notAfter: string | null, now: string, revokedAt: string | null = null) =>
    identityState(
      {
        notBefore: notBefore ? new Date(notBefore) : null,
        notAfter: notAfter ? new Date(notAfter) : null,
        revokedAt: revokedAt ? new Date(revokedAt) : null,
      },
      new Date(now),
    );
  assert.equal(at(null, null, '2026-01-01'), 'none');
  assert.equal(at('2026-01-01', '2026-01-07', '2026-01-05'), 'valid');
  assert.equal(at('2026-01-01', '2026-01-07', '2026-01-06T12:00:00Z'), 'expiring');
  assert.equal(at('2026-01-01', '2027-01-01', '2026-12-20'), 'expiring');
  assert.equal(at('2026-01-01', '2027-01-01', '2027-01-01'), 'expired');
  assert.equal(at('2026-01-01', '2027-01-01', '2027-01-02', '2026-05-05'), 'revoked');
});

test('an export cannot start a formula in a spreadsheet', () => {
  assert.equal(
    csvLine(['=HYPERLINK("x")', '+1', '@a', '-1', -1, 'a,b', null, true]),
    `"'=HYPERLINK(""x"")",'+1,'@a,'-1,-1,"a,b",,true\r\n`,
  );
});
