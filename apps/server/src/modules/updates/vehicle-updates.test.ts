import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { vinOf } from '../inventory/testing.ts';
import { updatesMigrations } from './index.ts';
import { testUpdates } from './testing.ts';
import { all, campaignOf, definition, importFleet, newRelease, wave } from './testing-campaign.ts';

const database = await testDatabase([inventoryMigrations, updatesMigrations]);
after(() => database.close());
const desk = testUpdates(database.db);
const ops = campaignOf(desk, database.db);

test('a vehicle shows every campaign that named it, newest first, and which one it is served', async () => {
  await importFleet(desk, 2);
  const [first, second] = [await newRelease(desk), await newRelease(desk)];
  const before = await ops.started(definition(first.id, { name: 'Before', waves: [wave('All', { by: 'rest' })] }));
  await ops.succeed(before, first.sha256, [vinOf(1)]);
  await ops.tell(before, [vinOf(2)], 'failed', { cause: 'install-failed' });
  desk.clock.advance(1_000);
  await ops.started(definition(second.id, { name: 'Now', waves: [all] }));

  const { items } = await desk.updates.watch.ofVehicle(vinOf(2));

  assert.deepEqual(
    items.map(({ campaign, state, served, cause }) => [campaign, state, served, cause]),
    [
      ['Now', 'offered', true, null],
      ['Before', 'failed', false, 'An ECU could not install the image'],
    ],
  );
  assert.deepEqual((await desk.updates.watch.ofVehicle(vinOf(9))).items, []);
});
