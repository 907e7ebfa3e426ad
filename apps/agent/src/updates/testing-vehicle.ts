import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@bulkhead/kernel';
import { generateSigningKey, signerOf } from '@bulkhead/uptane';
import { openState } from '../state.ts';
import { freshDirectory, type TestAuthority, testDevice } from '../testing.ts';
import { createUpdates, type Updates, type UpdatesOptions } from './create-updates.ts';
import { createFileSlots } from './file-slots.ts';
import type { FaultPoint, Installer } from './installer.ts';
import type { VehicleSignals } from './preconditions.ts';
import { createPrimaryEcu, type HealthCheck } from './primary-ecu.ts';
import { newContent, newImage, oldContent, oldImage, parkedVehicle } from './testing-images.ts';
import type { TestPlatform } from './testing-platform.ts';

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
  /** Instead of slots in files. */
  readonly installer?: Installer;
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
  const installer =
    options.installer ??
    createFileSlots({
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
