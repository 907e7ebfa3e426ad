import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildFleet } from '../fleet/build-fleet.ts';
import { contentHash } from '../fleet/content-hash.ts';
import { createRandom } from '../random.ts';
import { createDay } from './day.ts';
import { imageOf, versionIn } from './images.ts';
import { createSimulatedUpdates } from './simulated-updates.ts';
import { createSimulatedUser } from './simulated-user.ts';
import { updateBehaviour } from './update-behaviour.ts';

test('the image of a version has the hash that plan and report name, and says which version it is', () => {
  const { image, content } = imageOf('tcu-os', '7.5.0');

  assert.equal(image.sha256, contentHash('tcu-os', '7.5.0'));
  assert.equal(image.filename, 'tcu-os-7.5.0.bin');
  assert.deepEqual(versionIn(content), { name: 'tcu-os', version: '7.5.0' });
  assert.equal(versionIn(Buffer.from('something else')), undefined);
});

test('a day is the same for the same seed, and has its share of driving', () => {
  const options = { drivingShare: 0.3, phaseMs: 60_000 };
  const hours = Array.from({ length: 400 }, (_, i) => i * 9_000);
  const drive = (seed: string) =>
    hours.map((ms) => createDay(createRandom(seed), options).signalsAt(ms).speedKmh ?? -1);

  assert.deepEqual(drive('a'), drive('a'));
  assert.notDeepEqual(drive('a'), drive('b'));
  const driving = drive('a').filter((speed) => speed > 0).length / hours.length;
  assert.ok(driving > 0.05 && driving < 0.6, `${driving}`);
});

test('users answer after a while: most agree, some refuse, some want to be asked again once', () => {
  let now = 0;
  const answers = Array.from({ length: 200 }, (_, i) => {
    const options = { denyShare: 0.2, postponeShare: 0.2, answerMs: 1_000 };
    const user = createSimulatedUser(createRandom(`user ${i}`), options, () => now);
    const offer = { key: 'k', campaignId: 'c' } as Parameters<typeof user.decide>[0];
    assert.equal(user.decide(offer, undefined), undefined);
    now += 1_001;
    const first = user.decide(offer, undefined)?.decision;
    if (first !== 'postponed') return first;
    user.decide(offer, undefined);
    now += 1_001;
    assert.equal(user.decide(offer, undefined)?.decision, 'accepted');
    return first;
  });
  const count = (decision: string) => answers.filter((one) => one === decision).length;

  assert.ok(count('accepted') > 90 && count('denied') > 15 && count('postponed') > 15, answers.join(' '));
});

test('a release fails in a share of the vehicles, in the same ones whenever it is tried', async () => {
  const { vehicles } = buildFleet({ seed: 'share', vehicles: 20 });
  const failing = [{ program: 'tcu-os', version: '7.5.0', share: 0.5 }];
  const healthyOf = async (round: string) =>
    Promise.all(
      vehicles.map(async (vehicle) => {
        const directory = mkdtempSync(join(tmpdir(), 'bulkhead-simulated-'));
        const simulated = createSimulatedUpdates({
          vehicle,
          directory,
          directoryOf: (serial) => join(directory, serial),
          random: createRandom(`share/${vehicle.vin}`),
          behaviour: { ...updateBehaviour({}), failing },
          roots: () => ({ director: Buffer.from(round), image: Buffer.from(round) }),
          elapsed: () => 0,
        });
        const updates = simulated.provide();
        const { image, content } = imageOf('tcu-os', '7.5.0');
        await updates?.installer.stage(image, chunks(content));
        await updates?.installer.activate();
        assert.equal(simulated.installed(vehicle.telematics.serial, 'tcu-os'), '7.5.0');
        assert.ok((updates?.secondaries?.length ?? 0) > 0);
        return updates?.health(image, AbortSignal.timeout(1_000));
      }),
    );
  const first = await healthyOf('1');
  const failed = first.filter((healthy) => healthy === false).length;

  assert.deepEqual(await healthyOf('2'), first);
  assert.ok(failed > 3 && failed < 17, `${failed} of 20`);
});

async function* chunks(content: Buffer) {
  yield content;
}
