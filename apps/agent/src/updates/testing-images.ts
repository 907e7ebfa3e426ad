import { hash } from 'node:crypto';
import type { VehicleSignals } from './preconditions.ts';
import type { SlotImage } from './slot-image.ts';

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
export const newContent = Buffer.alloc(100_000, 'the new software of the telematics unit. ');
export const oldImage = slotImage('tcu-1.0.bin', oldContent, 1);
export const newImage = slotImage('tcu-2.0.bin', newContent, 2);
