import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Flags of the simulator that `npm run demo` takes; all others go to the server. */
const own = ['--vehicles', '--seed', '--scenario', '--identities', '--connects', '--report'] as const;

export interface DemoOptions {
  readonly dataDirectory: string;
  readonly tokenFile: string;
  readonly serverArguments: readonly string[];
  readonly simulatorArguments: readonly string[];
}

/** The names a flag and a variable may have for one setting of the server. */
interface Setting {
  readonly path: string;
  readonly fallback: string;
}

const settings = {
  data: { path: 'data.directory', fallback: './data' },
  http: { path: 'http.port', fallback: '8080' },
  mqtt: { path: 'vehicles.mqttPort', fallback: '8883' },
  est: { path: 'vehicles.estPort', fallback: '8444' },
  host: { path: 'vehicles.host', fallback: '127.0.0.1' },
} as const satisfies Record<string, Setting>;

type Environment = Readonly<Record<string, string | undefined>>;
const loose = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');

/** The value of `--name value` or `--name=value`, the last one given. */
function flagValue(args: readonly string[], names: readonly string[]): string | undefined {
  let found: string | undefined;
  for (const [i, arg] of args.entries()) {
    const [name = '', inline] = arg.split(/=(.*)/s);
    if (names.some((each) => loose(each) === loose(name))) found = inline ?? args[i + 1];
  }
  return found;
}

function fileValue(path: string, setting: string): string | undefined {
  const [section = '', key = ''] = setting.split('.');
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown> | undefined>;
    const value = file[section]?.[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined; // the server reads the same file and says what is wrong with it
  }
}

/** A setting as the server will understand it: file < environment < flag. */
function valueOf({ path, fallback }: Setting, args: readonly string[], environment: Environment): string {
  const flags = [`--${path}`, ...(path === settings.data.path ? ['--data'] : [])];
  const wanted = loose(`BULKHEAD__${path.replace('.', '__')}`);
  const variable = Object.entries(environment).find(
    ([name]) => name.startsWith('BULKHEAD__') && loose(name) === wanted,
  );
  const file = flagValue(args, ['--config']) ?? environment.BULKHEAD_CONFIG;
  return flagValue(args, flags) ?? variable?.[1] ?? (file ? fileValue(file, path) : undefined) ?? fallback;
}

function split(args: readonly string[]): { simulator: string[]; server: string[] } {
  const simulator: string[] = [];
  const server: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--verbose') simulator.push(arg);
    else if (own.some((name) => name === arg)) simulator.push(arg, ...args.slice(++i, i + 1));
    else if (own.some((name) => arg.startsWith(`${name}=`))) simulator.push(arg);
    else server.push(arg);
  }
  return { simulator, server };
}

/** Divides the flags of the demonstration between its server and its fleet, and finds where the two meet. */
export function readDemoOptions(args: readonly string[], environment: Environment): DemoOptions {
  const { simulator, server } = split(args);
  const value = (setting: Setting) => valueOf(setting, server, environment);
  const dataDirectory = resolve(value(settings.data));
  const tokenFile = flagValue(server, ['--bootstrap.tokenFile']) ?? join(dataDirectory, 'demo-token');
  const listening = value(settings.host);
  const host = listening === '0.0.0.0' || listening === '::' ? '127.0.0.1' : listening;
  const named = (name: string) => simulator.some((arg) => arg === name || arg.startsWith(`${name}=`));
  const flags = [
    ['--url', `http://127.0.0.1:${value(settings.http)}`],
    ['--mqtt', `${host}:${value(settings.mqtt)}`],
    ['--est', `https://${host}:${value(settings.est)}`],
    ['--token-file', tokenFile],
    ['--state', join(dataDirectory, 'simulator')],
  ];
  return {
    dataDirectory,
    tokenFile,
    serverArguments: [...server, '--demo', '--bootstrap.tokenFile', tokenFile],
    simulatorArguments: [...flags.flat(), ...(named('--report') ? [] : ['--report', '0']), ...simulator],
  };
}
