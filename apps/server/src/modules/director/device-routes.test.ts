import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { directorCustomMember } from '@bulkhead/contract';
import { dialectA, dialectB, requireThreshold } from '@bulkhead/uptane';
import { vinOf } from '../inventory/testing.ts';
import { fullDossier } from '../updates/testing.ts';
import { caller, enrol, openTestDirector, openVehicle, roles, serialIn, type TestDirector } from './testing.ts';
import { installAll, startCampaign } from './testing-campaigns.ts';

let it: TestDirector;
before(async () => {
  it = await openTestDirector(8);
});
after(() => it.close());

test('without a certificate, or with one of a plant, a vehicle is told nothing', async () => {
  const stranger = caller(it);
  const plant = caller(it, { key: it.claim.key, certificates: [it.claim.der] });

  for (const path of ['/director/targets.json', '/director/1.root.json', '/director-tuf/timestamp.json']) {
    assert.equal((await stranger('GET', path)).status, 401);
    assert.equal((await plant('GET', path)).status, 403);
  }
});

test('the first root is there in both dialects, and the next is not found rather than an error', async () => {
  const call = caller(it, await enrol(it, vinOf(1), serialIn(1, 'tcu')));
  const a = dialectA.readRoot((await call('GET', '/director/1.root.json')).body);
  const b = dialectB.readRoot((await call('GET', '/director-tuf/root.json')).body);

  for (const root of [a, b]) requireThreshold(root, root.signed.roles.get('root') as never, root.signed.keys, 'root');
  assert.equal((await call('GET', '/director/2.root.json')).status, 404);
  assert.equal((await call('GET', '/campaigner/campaigns')).status, 404);
  assert.equal((await call('GET', '/treehub/refs')).status, 404);
});

test('a vehicle registers, is served an update, reports it, and then what it runs is named', async () => {
  const vehicle = await openVehicle(it, 2);
  assert.equal((await vehicle.call('GET', '/director/targets.json')).status, 404);
  assert.equal((await vehicle.register()).status, 201);
  assert.equal((await vehicle.register()).status, 201, 'the same registration again is no failure');
  assert.equal((await vehicle.send()).status, 200);
  const empty = await vehicle.targets();
  assert.deepEqual([empty.targets.size, empty.custom?.vehicleId], [0, vehicle.vin]);

  const { items, id, run } = await startCampaign(it, 8, `vin = ${vehicle.vin}`);
  const offered = await vehicle.targets();

  assert.ok(offered.version > empty.version);
  assert.deepEqual([...offered.targets.keys()].sort(), items.map(({ fileName }) => fileName).sort());
  assert.equal(offered.targets.get('tcu-8.bin')?.custom?.ecus?.get(serialIn(2, 'tcu'))?.hardwareId, 'PN-tcu');
  assert.equal(offered.targets.get('tcu-8.bin')?.custom?.releaseCounter, 8);
  const correlationId = offered.custom?.correlationId ?? '';
  const { status } = await vehicle.call('POST', '/events', [
    {
      id: '1',
      deviceTime: '2026-11-20T10:00:00Z',
      eventType: { id: 'EcuDownloadStarted', version: 0 },
      event: { correlationId, ecu: serialIn(2, 'tcu') },
    },
  ]);
  assert.equal(status, 200);
  assert.deepEqual(await run.inState(id, 'downloading'), [vehicle.vin]);
  installAll(vehicle, 2, items);
  const installation = { correlationId, success: true, code: 'OK', description: '', rawReport: '', items: [] };
  assert.equal((await vehicle.send(installation)).status, 200);

  assert.deepEqual(await run.inState(id, 'succeeded'), [vehicle.vin]);
  const { members } = await it.inventory.vehicles.get(vehicle.vin);
  assert.deepEqual(
    members.flatMap(({ software }) => software.map(({ name, reported }) => `${name} ${reported}`)).sort(),
    roles.map((role) => `${role}-os 8.0`).sort(),
  );
  const after = await vehicle.targets();
  assert.ok(after.version > offered.version);
  assert.deepEqual([...after.targets.keys()].sort(), [...offered.targets.keys()].sort(), 'empty would be ignored');
  assert.equal(after.custom?.correlationId, undefined);
});

test('with the agreement of the user still to come, an agent is told what is offered and given no image', async () => {
  const vehicle = await openVehicle(it, 3, 'b');
  await vehicle.register();
  const { id, run } = await startCampaign(it, 9, `vin = ${vehicle.vin}`, { consentRequired: true });

  const asked = await vehicle.targets();
  const custom = asked.custom?.extra.get(directorCustomMember) as Record<string, unknown>;
  const information = custom.information as { sha256: string; length: number };
  const told = await vehicle.call('GET', `/director-tuf/information/${information.sha256}.json`);
  const consent = { correlationId: custom.correlationId, decision: 'accepted', at: '2026-11-20T10:00:00Z' };
  assert.equal((await vehicle.call('POST', '/director-tuf/consent', consent)).status, 200);
  const agreed = await vehicle.targets();

  assert.deepEqual([asked.targets.size, custom.kind, asked.custom?.vehicleId], [0, 'ask', vehicle.vin]);
  assert.equal(told.body.length, information.length);
  assert.deepEqual(told.json().user, fullDossier.user);
  assert.deepEqual(await run.inState(id, 'consented'), [vehicle.vin]);
  assert.equal(agreed.targets.size, 3);
  assert.equal((agreed.custom?.extra.get(directorCustomMember) as { kind: string } | undefined)?.kind, 'install');
});
