import { readFileSync } from 'node:fs';
import { Problem } from '@bulkhead/kernel';
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Config, ConfigSchema } from './schema.ts';

export class ConfigError extends Problem<'config.invalid'> {
  constructor(detail: string) {
    super('config.invalid', detail);
  }
}

export type Source = 'default' | 'file' | 'environment' | 'flag';
export interface Setting {
  readonly path: string;
  /** As text; secrets read `[set]` or `[not set]`. */
  readonly value: string;
  readonly source: Source;
}
export interface LoadedConfig {
  readonly config: Config;
  readonly settings: readonly Setting[];
}
interface Leaf {
  readonly section: string;
  readonly key: string;
  readonly schema: TSchema & { default?: unknown; secret?: boolean; type?: string; description?: string };
}

/** All settings in the order of the schema. */
export function configLeaves(): Leaf[] {
  return Object.entries(ConfigSchema.properties).flatMap(([section, group]) =>
    Object.entries((group as TObject).properties).map(([key, schema]) => ({
      section,
      key,
      schema: schema as Leaf['schema'],
    })),
  );
}

const flat = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');

function findLeaf(section: string, key: string, shown: string): Leaf {
  const leaf = configLeaves().find((l) => flat(l.section) === flat(section) && flat(l.key) === flat(key));
  if (!leaf) throw new ConfigError(`Unknown setting ${shown}. docs/reference/config.md lists them.`);
  return leaf;
}

/** Text from the environment or a flag in the type of the setting; a wrong one stays text and fails validation by its path. */
function fromText(leaf: Leaf, text: string): unknown {
  if (leaf.schema.type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (leaf.schema.type === 'boolean')
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  if (leaf.schema.type === 'array') return text === '' ? [] : text.split(',').map((part) => part.trim());
  return text;
}

type Values = Map<string, { value: unknown; source: Source }>;

function applyFile(values: Values, path: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`Cannot read the configuration file ${path}: ${(cause as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new ConfigError(`${path} must hold one JSON object`);
  for (const [section, group] of Object.entries(parsed)) {
    if (typeof group !== 'object' || group === null) throw new ConfigError(`${path}: "${section}" must be an object`);
    for (const [key, value] of Object.entries(group as Record<string, unknown>)) {
      const leaf = findLeaf(section, key, `"${section}.${key}" in ${path}`);
      values.set(`${leaf.section}.${leaf.key}`, { value, source: 'file' });
    }
  }
}

function readSecretFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ConfigError(`${name} names a file that cannot be read: ${(cause as Error).message}`);
  }
}

function applyEnvironment(values: Values, environment: Readonly<Record<string, string | undefined>>): void {
  if (environment.DATABASE_URL) values.set('database.url', { value: environment.DATABASE_URL, source: 'environment' });
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('BULKHEAD__') || text === undefined) continue;
    const [section = '', key = '', ...rest] = name.slice('BULKHEAD__'.length).split('__');
    if (rest.length > 0 || key === '')
      throw new ConfigError(`Unknown setting ${name}: the form is BULKHEAD__SECTION__KEY`);
    const isFile =
      key.endsWith('_FILE') &&
      !configLeaves().some((l) => flat(l.section) === flat(section) && flat(l.key) === flat(key));
    const leaf = findLeaf(section, isFile ? key.slice(0, -'_FILE'.length) : key, name);
    if (isFile && !leaf.schema.secret) throw new ConfigError(`${name}: only secrets are read from a file`);
    const value = isFile ? readSecretFile(text, name) : fromText(leaf, text);
    values.set(`${leaf.section}.${leaf.key}`, { value, source: 'environment' });
  }
}

const shortFlags: Readonly<Record<string, string>> = Object.freeze({ data: 'data.directory', demo: 'demo.enabled' });

function applyFlags(values: Values, flags: readonly string[]): void {
  for (let i = 0; i < flags.length; i++) {
    const [name = '', inline] = (flags[i] as string).split(/=(.*)/s);
    if (!name.startsWith('--'))
      throw new ConfigError(`"${name}" was not expected; settings are given as --section.key value`);
    const path = shortFlags[name.slice(2)] ?? name.slice(2);
    const [section = '', key = ''] = path.split('.');
    const leaf = findLeaf(section, key, name);
    const isSwitch =
      leaf.schema.type === 'boolean' &&
      (inline !== undefined || flags[i + 1] === undefined || flags[i + 1]?.startsWith('--'));
    const text = inline ?? (isSwitch ? 'true' : flags[++i]);
    if (text === undefined) throw new ConfigError(`${name} needs a value`);
    if (leaf.schema.secret)
      throw new ConfigError(
        `${name} is a secret and would be visible to every user of this machine; use BULKHEAD__${section.toUpperCase()}__${key.toUpperCase()}_FILE`,
      );
    values.set(`${leaf.section}.${leaf.key}`, { value: fromText(leaf, text), source: 'flag' });
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

function checkRules(config: Config): void {
  if (!loopback.test(config.http.host))
    throw new ConfigError(
      `http.host is "${config.http.host}": plain HTTP is bound to loopback only. Use http.tlsHost for other addresses.`,
    );
  if (config.admin.password !== '' && config.admin.password.length < 12)
    throw new ConfigError('admin.password needs at least 12 characters');
  checkNotifications(config.notifications);
}

const sender = /^(?:[^<>@\p{Cc}]{0,100}<[^<>@\s]{1,64}@[^<>@\s]{1,187}>|[^<>@\s]{1,64}@[^<>@\s]{1,187})$/u;

function checkNotifications({ smtpHost, smtpFrom, smtpSecure, smtpUser, consoleUrl }: Config['notifications']): void {
  if (smtpFrom !== '' && !sender.test(smtpFrom))
    throw new ConfigError('notifications.smtpFrom must be an address, or "Name <address>"');
  if (smtpUser !== '' && smtpSecure === 'none' && !loopback.test(smtpHost))
    throw new ConfigError(
      'notifications.smtpUser is set and notifications.smtpSecure is "none": the password would travel in clear. Use starttls or tls.',
    );
  if (consoleUrl !== '' && !/^https?:\/\/[^\s/]+(\/[^\s?#]*)?$/.test(consoleUrl))
    throw new ConfigError('notifications.consoleUrl must be an address such as https://bulkhead.example:8443');
}

/**
 * Builds the configuration: defaults < file (`BULKHEAD_CONFIG` or `--config`) < environment < flags.
 * @throws ConfigError naming the path of an unknown, malformed or forbidden setting.
 */
export function loadConfig(
  flags: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  const values: Values = new Map(
    configLeaves().map((l) => [
      `${l.section}.${l.key}`,
      { value: structuredClone(l.schema.default), source: 'default' as Source },
    ]),
  );
  const rest = [...flags];
  const at = rest.indexOf('--config');
  const file = at >= 0 ? rest.splice(at, 2)[1] : environment.BULKHEAD_CONFIG;
  if (file) applyFile(values, file);
  applyEnvironment(values, environment);
  applyFlags(values, rest);
  const config: Record<string, Record<string, unknown>> = {};
  for (const { section, key } of configLeaves()) (config[section] ??= {})[key] = values.get(`${section}.${key}`)?.value;
  const [error] = Compile(ConfigSchema).Errors(config);
  if (error) throw new ConfigError(`Setting ${error.instancePath.slice(1).replaceAll('/', '.')} ${error.message}`);
  checkRules(config as Config);
  const settings = configLeaves().map(({ section, key, schema }) => {
    const { value, source } = values.get(`${section}.${key}`) as { value: unknown; source: Source };
    const shown = schema.secret
      ? value === ''
        ? '[not set]'
        : '[set]'
      : Array.isArray(value)
        ? value.join(', ')
        : String(value);
    return { path: `${section}.${key}`, value: shown, source };
  });
  return Object.freeze({ config: config as Config, settings });
}
