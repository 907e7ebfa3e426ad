import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SimulatorError } from './simulator-error.ts';

export const usage = `npm run simulator -- [options]
  --url URL             API of the platform (default http://127.0.0.1:8080)
  --token-file FILE     API token of role provisioner (default ./data/demo-token)
  --mqtt HOST:PORT      MQTT front door (default: host of --url, port 8883)
  --est URL             EST service (default: host of --url, port 8444)
  --fingerprint HEX     SHA-256 of the root that the platform must show
  --vehicles N          size of the fleet (default: as the scenario says, else 50)
  --seed TEXT           the same seed gives the same fleet and events
  --scenario FILE       what happens (default: scenarios/demo.json of the simulator)
  --state DIR           where vehicles keep keys and events (default ./data/simulator)
  --identities WHICH    all = each ECU that can hold a key enrols; telematics = only those that connect
  --connects N          vehicles started per second (default 20)
  --report SECONDS      print figures this often; 0 = never (default 10)
  --verbose             also print what each agent says`;

const flags = {
  url: { type: 'string', default: 'http://127.0.0.1:8080' },
  'token-file': { type: 'string', default: 'data/demo-token' },
  mqtt: { type: 'string' },
  est: { type: 'string' },
  fingerprint: { type: 'string' },
  vehicles: { type: 'string' },
  seed: { type: 'string' },
  scenario: { type: 'string' },
  state: { type: 'string', default: 'data/simulator' },
  identities: { type: 'string', default: 'all' },
  connects: { type: 'string', default: '20' },
  report: { type: 'string', default: '10' },
  verbose: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

export interface SimulatorOptions {
  readonly url: string;
  readonly tokenFile: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly estUrl: string;
  readonly fingerprint: string | undefined;
  readonly vehicles: number | undefined;
  readonly seed: string | undefined;
  readonly scenario: string;
  readonly state: string;
  readonly identities: 'all' | 'telematics';
  readonly connectsPerSecond: number;
  readonly reportSeconds: number;
  readonly verbose: boolean;
}

const bad = (text: string, cause?: unknown) => new SimulatorError('simulator.bad-option', text, { cause });

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw bad(`--${name} must be a whole number from ${least} to ${most}, not "${text}".`);
  return value;
}

function readAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (!host || !port) throw bad(`--mqtt must be HOST:PORT, not "${text}".`);
  return { host, port: wholeNumber('mqtt', port, 1, 65_535) };
}

function readUrl(name: string, text: string): URL {
  if (!URL.canParse(text)) throw bad(`--${name} must be an address such as http://127.0.0.1:8080, not "${text}".`);
  return new URL(text);
}

const demoScenario = new URL('../scenarios/demo.json', import.meta.url).pathname;

/** @throws SimulatorError `simulator.bad-option` */
export function readOptions(args: readonly string[]): SimulatorOptions {
  const values = parse(args);
  const url = readUrl('url', values.url);
  if (values.identities !== 'all' && values.identities !== 'telematics')
    throw bad(`--identities must be all or telematics, not "${values.identities}".`);
  return {
    url: url.origin,
    tokenFile: values['token-file'],
    mqtt: readAddress(values.mqtt ?? `${url.hostname}:8883`),
    estUrl: readUrl('est', values.est ?? `https://${url.hostname}:8444`).origin,
    fingerprint: values.fingerprint,
    vehicles: values.vehicles === undefined ? undefined : wholeNumber('vehicles', values.vehicles, 2, 100_000),
    seed: values.seed,
    scenario: values.scenario ?? demoScenario,
    state: values.state,
    identities: values.identities,
    connectsPerSecond: wholeNumber('connects', values.connects, 1, 1_000),
    reportSeconds: wholeNumber('report', values.report, 0, 86_400),
    verbose: values.verbose,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values;
  } catch (cause) {
    throw bad(`${(cause as Error).message}\n\n${usage}`, cause);
  }
}
