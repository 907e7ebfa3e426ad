import { readFileSync } from 'node:fs';
import { type InventoryReport, isTopicLevel } from '@bulkhead/contract';
import { describeVinFault, vinFault } from '@bulkhead/kernel';
import { AgentError } from './error.ts';
import { readUpdatesConfig, type UpdatesConfig } from './updates/updates-config.ts';

/** What `main.ts` reads from its file; every path is absolute or relative to where the program is started. */
export interface AgentConfig {
  readonly vin: string;
  readonly serial: string;
  /** `https://host:port` of the enrolment service. */
  readonly est: string;
  /** `host:port` of the front door. */
  readonly mqtt: { readonly host: string; readonly port: number };
  /** File with the root certificate in PEM. */
  readonly trust: string;
  /** Directory for key, certificate, boot counter and waiting events. */
  readonly state: string;
  /** JSON file with what is installed, read at each report. */
  readonly inventory: string;
  /** Files of the plant's claim certificate, needed for the first enrolment only. */
  readonly claim: { readonly key: string; readonly chain: string } | undefined;
  readonly heartbeatSeconds: number;
  readonly journalBytes: number;
  /** Left out: this ECU takes no updates. */
  readonly updates: UpdatesConfig | undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const known = [
  'vin',
  'serial',
  'est',
  'mqtt',
  'trust',
  'state',
  'inventory',
  'claim',
  'heartbeatSeconds',
  'journalBytes',
  'updates',
];
const maxFileBytes = 1024 * 1024;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a file of JSON of a bounded size. @throws AgentError `agent.bad-config` */
function readJson(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > maxFileBytes) throw new Error(`it is longer than ${maxFileBytes} characters`);
    return JSON.parse(text);
  } catch (cause) {
    throw new AgentError('agent.bad-config', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** @throws AgentError `agent.bad-config` that names the member at fault */
export function readAgentConfig(path: string): AgentConfig {
  const value = readJson(path);
  const bad = (what: string) => new AgentError('agent.bad-config', `${path}: ${what}`);
  if (!isFields(value)) throw bad('must hold one JSON object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown) throw bad(`"${unknown}" is not known; there are ${known.join(', ')}`);
  const text = (of: Fields, name: string, shown = name): string => {
    const found = of[name];
    if (typeof found !== 'string' || found === '' || found.length > 1000) throw bad(`"${shown}" must be a text`);
    return found;
  };
  const whole = (name: string, least: number, most: number, fallback: number): number => {
    const found = value[name] ?? fallback;
    if (!Number.isInteger(found) || (found as number) < least || (found as number) > most)
      throw bad(`"${name}" must be a whole number from ${least} to ${most}`);
    return found as number;
  };
  const [vin, serial] = [text(value, 'vin'), text(value, 'serial')];
  const fault = vinFault(vin);
  if (fault) throw bad(`"vin" is wrong: ${describeVinFault(vin, fault)}`);
  if (!isTopicLevel(serial)) throw bad('"serial" has up to 64 letters, digits and . _ ~ - only');
  const claim = value.claim;
  if (claim !== undefined && !isFields(claim)) throw bad('"claim" must be an object with "key" and "chain"');
  return {
    vin,
    serial,
    est: readEst(text(value, 'est'), bad),
    mqtt: readAddress(text(value, 'mqtt'), bad),
    trust: text(value, 'trust'),
    state: text(value, 'state'),
    inventory: text(value, 'inventory'),
    claim: claim && { key: text(claim, 'key', 'claim.key'), chain: text(claim, 'chain', 'claim.chain') },
    heartbeatSeconds: whole('heartbeatSeconds', 5, 3_600, 60),
    journalBytes: whole('journalBytes', 65_536, 1_073_741_824, 4_194_304),
    updates: value.updates === undefined ? undefined : readUpdatesConfig(value.updates, bad),
  };
}

type Bad = (what: string) => AgentError;

function readEst(text: string, bad: Bad): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:') throw bad('"est" must be an https address');
  return new URL(text).origin;
}

function readAddress(text: string, bad: Bad): AgentConfig['mqtt'] {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (!host || !port || Number(port) < 1 || Number(port) > 65_535) throw bad('"mqtt" must be host:port');
  return { host, port: Number(port) };
}

/**
 * What is installed, from a file that the update system of the vehicle keeps. The platform checks each member; here
 * only the form matters.
 */
export function readInventory(path: string): Pick<InventoryReport, 'software' | 'ecus'> {
  const value = readJson(path);
  if (!isFields(value) || !Array.isArray(value.software) || !Array.isArray(value.ecus))
    throw new AgentError('agent.bad-config', `${path} must hold the lists "software" and "ecus"`);
  return { software: value.software, ecus: value.ecus } as Pick<InventoryReport, 'software' | 'ecus'>;
}
