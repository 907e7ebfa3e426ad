import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTransaction } from '../../platform/db/database.ts';
import { component } from './testing.ts';
import { openssl, ref, useVex } from './testing-vex.ts';

const { world, states, statements } = useVex();

const said = (status: string, componentIds: readonly string[], more: object = {}) => ({
  vulnerability: ref,
  status,
  justification: null,
  detail: 'Backported as 0001-CVE.patch.',
  componentIds,
  wholeSoftware: false,
  at: null,
  ...more,
});
const look = (softwareId: string) =>
  inTransaction(world().db, (tx) => world().module.vex.softwareLoaded(tx, [softwareId]));

async function carried() {
  const part = component('openssl', '3.0.7');
  const softwareId = world().fleet.add('tcu-os', '7.2', [part]);
  await world().load(softwareId);
  await world().take(openssl);
  return { softwareId, part };
}

test('"fixed" of a build whose SBOM passed the gate settles the finding in that software by itself', async () => {
  const { softwareId, part } = await carried();
  await world().load(world().fleet.add('cgw-os', '1.0', [part]));
  world().fleet.say(softwareId, true, said('fixedIn', [part.id]));
  await look(softwareId);

  const { items } = await world().module.occurrences(ref, {});
  assert.deepEqual(items.map(({ software, state }) => [software.name, state]).sort(), [
    ['cgw-os', 'open'],
    ['tcu-os', 'fixed'],
  ]);
  const { items: decisions } = await world().module.decisions.list({});
  assert.deepEqual(
    decisions.map(({ origin, author }) => [origin, author]),
    [['build-system', 'build of tcu-os 7.2']],
  );
  await look(softwareId);
  assert.equal((await statements()).length, 1);
});

test('what an SBOM says without a gate, and "not affected" even with one, only waits for a person', async () => {
  const { softwareId, part } = await carried();
  world().fleet.say(softwareId, false, said('fixedIn', [part.id]));
  await look(softwareId);
  world().fleet.say(softwareId, true, said('doesNotAffect', [part.id], { justification: 'vulnerableCodeNotPresent' }));
  await look(softwareId);

  assert.deepEqual(await states(), ['open']);
  assert.deepEqual((await statements()).map(({ status, state }) => [status, state]).sort(), [
    ['fixed', 'superseded'],
    ['not-affected', 'proposed'],
  ]);
});

test('what the next SBOM does not say any more ends, and words that nobody knows are left out', async () => {
  const { softwareId, part } = await carried();
  world().fleet.say(softwareId, true, said('resolved', [part.id]));
  await look(softwareId);
  assert.deepEqual(await states(), ['fixed']);

  world().fleet.say(softwareId, true, said('constructor', [part.id]), said('resolved', []));
  await look(softwareId);

  assert.deepEqual(await states(), ['open']);
  assert.deepEqual(
    (await statements()).map(({ state }) => state),
    ['superseded'],
  );
});
