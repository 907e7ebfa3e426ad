import { hash, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@bulkhead/kernel';
import { generateSigningKey, signerOf } from '@bulkhead/uptane';
import { openState } from '../state.ts';
import { freshDirectory, type TestAuthority, testDevice } from '../testing.ts';
import { createUpdates, type Updates, type UpdatesOptions } from './create-updates.ts';
import { createFileSlots } from './file-slots.ts';
import type { FaultPoint } from './installer.ts';
import type { VehicleSignals } from './preconditions.ts';
import { createPrimaryEcu, type HealthCheck } from './primary-ecu.ts';
import type { SlotImage } from './slot-image.ts';
import type { TestPlatform } from './testing-platform.ts';

export const parkedVehicle: VehicleSignals = Object.freeze({
  parked: true,
  speedKmh: 0,
  ignitionOn: false,
  doorsClosed: true,
  bonnetClosed: true,
  charging: false,
  tractionBatteryPercent: 80,
  lowVoltageBatteryVolts: 12.6,
  occupied: false,
  networkMetered: false,
});

export const slotImage = (filename: string, content: Uint8Array, releaseCounter = 1): SlotImage => ({
  filename,
  length: content.length,
  sha256: hash('sha256', content, 'hex'),
  sha512: hash('sha512', content, 'hex'),
  releaseCounter,
});

export const oldContent = Buffer.from('the old software of the telematics unit');
export const newContent = Buffer.alloc(300_000, 'the new software of the telematics unit. ');
export const oldImage = slotImage('tcu-1.0.bin', oldContent, 1);
export const newImage = slotImage('tcu-2.0.bin', newContent, 2);

/** As `TestPlatform.offer` takes it. */
export const newTcu = {
  serial: testDevice.serial,
  hardwareId: 'tcu-hw',
  filename: newImage.filename,
  content: newContent,
  releaseCounter: 2,
} as const;

export interface TestVehicleOptions extends Partial<Omit<UpdatesOptions, 'signer' | 'state' | 'primary' | 'roots'>> {
  readonly directory?: string;
  readonly key?: KeyObject;
  readonly decryptionKey?: KeyObject;
  readonly health?: HealthCheck;
  readonly signals?: () => VehicleSignals;
  readonly reached?: FaultPoint;
  readonly durable?: boolean;
}

export interface TestVehicle {
  readonly updates: Updates;
  readonly directory: string;
  readonly slots: string;
  readonly key: KeyObject;
}

/** A vehicle of one ECU with A/B slots in files, provisioned with the roots of the platform. */
export function testVehicle(
  authority: TestAuthority,
  platform: TestPlatform,
  options: TestVehicleOptions = {},
): TestVehicle {
  const { directory = freshDirectory(), key = generateSigningKey(), signals = () => parkedVehicle } = options;
  const { reached, durable = false, health = async () => true } = options;
  const slots = join(directory, 'slots');
  const signer = signerOf(key);
  const { serial, vin } = testDevice;
  const installer = createFileSlots({
    directory: slots,
    durable,
    factory: { image: oldImage, content: oldContent },
    ...(reached ? { reached } : {}),
  });
  const { decryptionKey } = options;
  const primary = createPrimaryEcu({ serial, hardwareId: 'tcu-hw', signer, installer, health, decryptionKey });
  const identity = authority.leaf(serial, [], 'clientAuth');
  const updates = createUpdates({
    vin,
    url: platform.url,
    trust: authority.pem,
    credential: async () => identity,
    roots: { director: platform.director.root, image: platform.image.root },
    clock: systemClock,
    vehicle: { read: signals },
    speed: { windowMs: 400, leastBytes: 1_000 },
    answerTimeoutMs: 2_000,
    healthTimeoutMs: 1_000,
    downloadPauseMs: 5,
    ...options,
    state: openState({ directory, durable }),
    signer,
    primary,
  });
  return { updates, directory, slots, key };
}
