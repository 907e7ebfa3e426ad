import assert from 'node:assert/strict';
import { after } from 'node:test';
import { createTestAuthority, testDevice } from '../testing.ts';
import { isWhole, nextBoot } from './file-slots.ts';
import { openBlock, startTestPlatform, type TestOffer, type TestPlatform } from './testing-platform.ts';
import { newTcu, type TestVehicle, type TestVehicleOptions, testVehicle } from './testing-vehicle.ts';

export const authority = createTestAuthority();
const { serial, vin } = testDevice;

/** A vehicle and a platform that turns hostile, and what must hold whatever it does. */
export function createAttackBench(leastAttacks: number) {
  const started: { platform: TestPlatform; vehicle: TestVehicle }[] = [];
  let attacks = 0;
  after(async () => {
    for (const { platform, vehicle } of started) {
      vehicle.updates.close();
      await platform.stop();
    }
    assert.ok(attacks >= leastAttacks, `${attacks} attacks were tried`);
  });

  async function arrange(options: TestVehicleOptions = {}) {
    const platform = await startTestPlatform(authority, vin);
    const vehicle = testVehicle(authority, platform, options);
    started.push({ platform, vehicle });
    return { platform, vehicle, cycle: vehicle.updates.cycle };
  }

  /** The old image keeps running, the attack is named in the next manifest, and once it is over the update goes through. */
  async function assertRepelled(
    it: AttackedVehicle,
    code: string,
    end: (platform: TestPlatform) => void = honest,
  ): Promise<void> {
    attacks += 1;
    const { platform, vehicle, cycle } = it;
    const during = await cycle();
    assert.notEqual(during.end, 'installed', code);
    assert.deepEqual(nextBoot(vehicle.slots), { slot: 'a', onTrial: false }, code);
    assert.ok(isWhole(vehicle.slots, 'a'), code);

    platform.intercept = () => false;
    end(platform);
    const later = await cycle();

    assert.ok(attacksIn(platform).includes(code), `${code} was not reported, but: ${attacksIn(platform)}`);
    assert.equal(later.end, 'installed', `${code}: ${later.detail}`);
    assert.deepEqual(nextBoot(vehicle.slots), { slot: 'b', onTrial: false }, code);
  }

  async function repels(code: string, offer: Partial<TestOffer>, more?: (it: AttackedVehicle) => void): Promise<void> {
    const it = await arrange();
    it.platform.offer({ images: [newTcu], ...offer });
    more?.(it);
    await assertRepelled(it, code);
  }

  return { arrange, assertRepelled, repels, tried: () => void attacks++ };
}

export interface AttackedVehicle {
  readonly platform: TestPlatform;
  readonly vehicle: TestVehicle;
  readonly cycle: TestVehicle['updates']['cycle'];
}

const attacksIn = ({ manifests }: TestPlatform) =>
  manifests.map(({ reports }) => reports.get(serial)?.signed.attacksDetected ?? '').join('\n');

export const honest = (platform: TestPlatform): void =>
  platform.offer({ images: [newTcu], correlationId: 'bulkhead:test:2' });

/** An offer whose window is not open: it is verified and remembered, and installs nothing. */
export const waiting = openBlock('bulkhead:test:0', { kind: 'wait' });
