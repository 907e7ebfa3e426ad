import { Type } from 'typebox';

export const Code = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
export const Text = Type.String({ minLength: 1, maxLength: 200 });
export const Vin = Type.String({ minLength: 17, maxLength: 17, pattern: '^[A-HJ-NPR-Z0-9]{17}$' });
export const EcuSerial = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
export const closed = { additionalProperties: false } as const;

export const ecuFunctions = [
  'telematics',
  'gateway',
  'infotainment',
  'adas',
  'powertrain',
  'chassis',
  'brake',
  'steering',
  'body',
  'battery',
  'charging',
  'diagnostics',
  'sensor',
  'other',
] as const;
export const busKinds = ['can', 'can-fd', 'lin', 'flexray', 'ethernet', 'most', 'point-to-point'] as const;
export const interfaceKinds = [
  'cellular',
  'wifi',
  'bluetooth',
  'usb',
  'obd',
  'v2x',
  'gnss',
  'nfc',
  'uwb',
  'charging-port',
  'ethernet-port',
] as const;
export const vehicleStates = ['registered', 'online', 'offline', 'retired'] as const;
export const updateStates = ['current', 'outdated', 'unknown'] as const;
