import type { FleetRole } from './model.ts';

/** ECUs that several models share; a model says where they sit. */
type Part = Omit<FleetRole, 'buses' | 'zone'>;

export const telematics: Part = {
  id: 'tcu',
  name: 'Telematics control unit',
  function: 'telematics',
  patchable: true,
  asil: 'QM',
  interfaces: ['cellular', 'gnss', 'wifi'],
  software: ['tcu-os', 'tcu-modem'],
  supplier: 'Halden Telematik',
  partNumber: 'HT-4410-02',
  hardwareVersions: ['C2', 'C3'],
  serialPrefix: 'TC',
  holdsKey: true,
};

export const centralGateway: Part = {
  id: 'cgw',
  name: 'Central gateway',
  function: 'gateway',
  gateway: true,
  patchable: true,
  asil: 'B',
  interfaces: ['obd'],
  software: ['cgw-os'],
  supplier: 'Vasa Networks',
  partNumber: 'VN-GW9-11',
  hardwareVersions: ['1.4', '1.5'],
  serialPrefix: 'GW',
  holdsKey: true,
};

export const stabilityControl: Part = {
  id: 'esp',
  name: 'Brake and stability control',
  function: 'brake',
  patchable: true,
  asil: 'D',
  interfaces: [],
  software: ['esp-fw'],
  supplier: 'Brandt Fahrwerk',
  partNumber: 'BF-ESP-77',
  hardwareVersions: ['H7'],
  serialPrefix: 'BR',
  holdsKey: true,
};

export const bodyControl: Part = {
  id: 'bcm',
  name: 'Body control module',
  function: 'body',
  patchable: true,
  asil: 'B',
  interfaces: ['uwb', 'nfc', 'bluetooth'],
  software: ['bcm-fw'],
  supplier: 'Lindqvist Elektronik',
  partNumber: 'LE-BCM-30',
  hardwareVersions: ['B1', 'B2'],
  serialPrefix: 'BC',
  holdsKey: true,
};

export const lightSensor: Part = {
  id: 'rls',
  name: 'Rain and light sensor',
  function: 'sensor',
  patchable: false,
  asil: 'QM',
  interfaces: [],
  software: ['rls-fw'],
  supplier: 'Okuno Sensors',
  partNumber: 'OK-RLS-5',
  hardwareVersions: ['3'],
  serialPrefix: 'RL',
  holdsKey: false,
};
