import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestAuthority, testDevice } from '../testing.ts';
import { isWhole, nextBoot } from './file-slots.ts';
import { openBlock, startTestPlatform, type TestPlatform } from './testing-platform.ts';
import {
  newImage,
  newTcu,
  oldImage,
  parkedVehicle,
  type TestVehicle,
  type TestVehicleOptions,
  testVehicle,
} from './testing-vehicle.ts';

const authority = createTestAuthority();
const { serial, vin } = testDevice;
const started: { platform: TestPlatform; vehicle: TestVehicle }[] = [];

async function arrange(options: TestVehicleOptions = {}) {
  const platform = await startTestPlatform(authority, vin);
  const vehicle = testVehicle(authority, platform, options);
  started.push({ platform, vehicle });
  return { platform, vehicle, cycle: vehicle.updates.cycle };
}
after(async () => {
  for (const { platform, vehicle } of started) {
    vehicle.updates.close();
    await platform.stop();
  }
});
const installedBy = ({ manifests }: TestPlatform) => manifests.at(-1)?.reports.get(serial)?.signed.installed.filename;

test('an update is verified, installed into the other slot, found healthy, and reported', async () => {
  const { platform, vehicle, cycle } = await arrange();
  platform.offer({ images: [newTcu] });

  const { end } = await cycle();

  assert.equal(end, 'installed');
  assert.deepEqual(nextBoot(vehicle.slots), { slot: 'b', onTrial: false });
  assert.ok(isWhole(vehicle.slots, 'b'));
  assert.equal(platform.manifests[0]?.reports.get(serial)?.signed.installed.filename, oldImage.filename);
  assert.equal(installedBy(platform), newImage.filename);
  const report = platform.manifests.at(-1)?.installation;
  assert.deepEqual([report?.correlationId, report?.success, report?.code], ['bulkhead:test:1', true, 'OK']);
  assert.deepEqual(
    platform.events.map(({ eventType }) => eventType.id),
    ['EcuDownloadStarted', 'EcuDownloadCompleted', 'EcuInstallationStarted', 'EcuInstallationCompleted'],
  );
});
