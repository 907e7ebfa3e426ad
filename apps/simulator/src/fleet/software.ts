import type { FleetRole } from './model.ts';

/** One program of an ECU; versions oldest first. */
export interface Program {
  readonly name: string;
  readonly function: FleetRole['function'];
  readonly supplier: string;
  readonly versions: readonly [string, string, ...string[]];
  /** Delivered and registered, and planned for no vehicle yet. */
  readonly next?: string;
  /** What is built when `next` turns out to be faulty; nobody knows of it before. */
  readonly correction?: string;
}

export const programs: readonly Program[] = [
  {
    name: 'tcu-os',
    function: 'telematics',
    supplier: 'Halden Telematik',
    versions: ['7.2.0', '7.3.1', '7.4.0'],
    next: '7.5.0',
    correction: '7.5.1',
  },
  { name: 'tcu-modem', function: 'telematics', supplier: 'Halden Telematik', versions: ['MPSS.4.1', 'MPSS.4.3'] },
  { name: 'cgw-os', function: 'gateway', supplier: 'Vasa Networks', versions: ['3.8.2', '3.9.0', '4.0.1'] },
  { name: 'ivi-brisa', function: 'infotainment', supplier: 'Corvus Interiors', versions: ['2026.1', '2026.3'] },
  { name: 'ivi-meridian', function: 'infotainment', supplier: 'Corvus Interiors', versions: ['14.2', '14.4', '15.0'] },
  { name: 'atlas-hmi', function: 'infotainment', supplier: 'Corvus Interiors', versions: ['5.1', '5.2'] },
  { name: 'adas-perception', function: 'adas', supplier: 'Perigon Vision', versions: ['22.11', '23.2'] },
  { name: 'ecm-hybrid-fw', function: 'powertrain', supplier: 'Rhin Antrieb', versions: ['HP21.40', 'HP21.44'] },
  { name: 'ecm-diesel-fw', function: 'powertrain', supplier: 'Rhin Antrieb', versions: ['DP17.09', 'DP17.12'] },
  { name: 'esp-fw', function: 'brake', supplier: 'Brandt Fahrwerk', versions: ['9.6', '9.8'] },
  { name: 'eps-fw', function: 'steering', supplier: 'Brandt Fahrwerk', versions: ['5.0', '5.1'] },
  { name: 'bms-fw', function: 'battery', supplier: 'Tern Energy', versions: ['1.18.0', '1.19.2', '1.20.0'] },
  { name: 'obc-fw', function: 'charging', supplier: 'Tern Energy', versions: ['2.3.0', '2.4.1'] },
  { name: 'bcm-fw', function: 'body', supplier: 'Lindqvist Elektronik', versions: ['30.4', '30.6'] },
  { name: 'rls-fw', function: 'sensor', supplier: 'Okuno Sensors', versions: ['1.2', '1.3'] },
  { name: 'cds-fw', function: 'sensor', supplier: 'Okuno Sensors', versions: ['1.0', '1.1'] },
];

/** All versions that were ever delivered, oldest first. */
export const releasesOf = ({ versions, next }: Program): readonly string[] =>
  next === undefined ? versions : [...versions, next];

const byName: ReadonlyMap<string, Program> = new Map(programs.map((program) => [program.name, program]));

export function programNamed(name: string): Program {
  const program = byName.get(name);
  if (!program) throw new Error(`There is no program "${name}"`);
  return program;
}
