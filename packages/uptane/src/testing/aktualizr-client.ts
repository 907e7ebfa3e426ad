import { hash } from 'node:crypto';
import {
  canonical,
  demand,
  type Json,
  type Keys,
  keysOf,
  type Obj,
  object,
  type Role,
  readKeys,
  readRole,
  text,
  unpack,
  versionOf,
} from './aktualizr-signed.ts';

/**
 * What an unmodified aktualizr checks, and no more, written apart from this package's own readers so that the two can
 * be held against each other. Facts: column A of the two wire dialects and the client's known behaviour.
 */
export interface AktualizrFiles {
  /** Undefined stands for any status but 200. */
  get(repository: 'director' | 'repo', path: string): Uint8Array | undefined;
}

export interface AktualizrEcu {
  readonly serial: string;
  readonly hardwareId: string;
}

export interface AktualizrTarget {
  readonly filename: string;
  readonly length: number;
  /** The only hash it checks on download: sha256 before sha512. */
  readonly hash: readonly [name: 'sha256' | 'sha512', hex: string];
  readonly uri: string | undefined;
  readonly ecus: readonly string[];
}

/** What it keeps between two polls. */
export interface AktualizrStorage {
  readonly [file: string]: Obj | undefined;
}

export interface AktualizrResult {
  readonly targets: readonly AktualizrTarget[];
  readonly storage: AktualizrStorage;
}

const kib = 1024;
const maxDelegationDepth = 5;

export interface AktualizrOptions {
  readonly files: AktualizrFiles;
  readonly ecus: readonly AktualizrEcu[];
  readonly now: Date;
  readonly storage?: AktualizrStorage;
}

interface Poll {
  readonly options: AktualizrOptions;
  readonly kept: { [file: string]: Obj | undefined };
  readonly today: string;
}

interface Authority {
  readonly keys: ReadonlyMap<string, Obj>;
  readonly role: Role | undefined;
}

type Assigned = readonly (readonly [filename: string, target: Obj])[];

/**
 * One poll: Director root and targets; if they name something, the Image repository's root, timestamp, snapshot,
 * targets and delegations. @throws an error saying what it refused
 */
export function pollAktualizr(options: AktualizrOptions): AktualizrResult {
  const today = `${options.now.toISOString().slice(0, 19)}Z`;
  const poll: Poll = { options, kept: { ...options.storage }, today };
  const director = updateRoot(poll, 'director');
  const targets = fetchFile(poll, 'director', 'targets.json', 64 * kib);
  const wanted = unpack(targets, 'Targets', { keys: director.keys, role: director.roles.get('targets') });
  keep(poll, 'director/targets', targets);
  requireFresh(poll, wanted, 'targets');
  const delegations = Object.keys(object(wanted.delegations ?? {}, 'delegations'));
  demand(delegations.length === 0, 'Director delegates');
  const assigned = directorTargets(wanted, options.ecus);
  return { targets: assigned.length === 0 ? [] : matchAll(poll, assigned), storage: poll.kept };
}

function fetchOptional({ options }: Poll, repository: 'director' | 'repo', path: string, cap: number): Obj | undefined {
  const bytes = options.files.get(repository, path);
  demand(!bytes || bytes.length <= cap, `download of ${path} exceeds ${cap} bytes`); // curl error 23
  return bytes && object(JSON.parse(Buffer.from(bytes).toString()) as Json, path);
}

function fetchFile(poll: Poll, repository: 'director' | 'repo', path: string, cap: number): Obj {
  const file = fetchOptional(poll, repository, path, cap);
  demand(file, `${path} is not available`);
  return file;
}

function keep({ kept }: Poll, name: string, file: Obj): void {
  demand(versionOf(file) >= versionOf(kept[name]), `Rollback attempt of ${name}`);
  kept[name] = file;
}

function requireFresh({ today }: Poll, signed: Obj, what: string): void {
  demand(today <= text(signed.expires), `${what} metadata was expired`); // compared as text
}

function updateRoot(poll: Poll, repository: 'director' | 'repo'): Keys {
  const { kept } = poll;
  const name = `${repository}/root`;
  for (let version = versionOf(kept[name]) + 1; ; version++) {
    const next = fetchOptional(poll, repository, `${version}.root.json`, 64 * kib);
    if (!next) break;
    const own = keysOf(next);
    const trusted = kept[name] ? keysOf(kept[name]) : own; // the first is trusted on first use
    unpack(next, 'Root', { keys: trusted.keys, role: trusted.roles.get('root') });
    unpack(next, 'Root', { keys: own.keys, role: own.roles.get('root') });
    demand(versionOf(next) === version, 'Version in root metadata does not match its expected value');
    kept[name] = next;
  }
  demand(kept[name], 'no root');
  requireFresh(poll, object(kept[name].signed, 'signed'), 'root');
  return keysOf(kept[name]);
}

function directorTargets(signed: Obj, ecus: readonly AktualizrEcu[]): Assigned {
  const serials = new Set<string>();
  return Object.entries(object(signed.targets, 'targets')).map(([filename, value]) => {
    const target = object(value, filename);
    const custom = object(target.custom ?? {}, 'custom');
    for (const [serial, ecu] of Object.entries(object(custom.ecuIdentifiers ?? {}, 'ecuIdentifiers'))) {
      demand(serial.length >= 1 && serial.length <= 64, 'invalid ECU serial');
      demand(!serials.has(serial), 'ECU twice');
      serials.add(serial);
      const known = ecus.find((one) => one.serial === serial);
      demand(known, `unknown ECU ${serial}`);
      demand(object(ecu, 'ecu').hardwareId === known.hardwareId, 'wrong hardware');
    }
    return [filename, target] as const;
  });
}

function matchAll(poll: Poll, assigned: Assigned): readonly AktualizrTarget[] {
  const { keys, roles } = updateRoot(poll, 'repo');
  const timestamp = fetchFile(poll, 'repo', 'timestamp.json', 64 * kib);
  const stamp = unpack(timestamp, 'Timestamp', { keys, role: roles.get('timestamp') });
  keep(poll, 'repo/timestamp', timestamp);
  requireFresh(poll, stamp, 'timestamp');
  const listed = updateSnapshot(poll, stamp, { keys, role: roles.get('snapshot') });
  const top = fetchTargets(poll, 'targets', listed, { keys, role: roles.get('targets') });
  requireFresh(poll, top, 'targets');
  return assigned.map(([filename, target]) => {
    const image = find({ poll, filename, listed }, top, 0);
    demand(image, `No matching target for ${filename}`);
    return match(filename, target, image);
  });
}

/** @returns the files it lists */
function updateSnapshot(poll: Poll, stamp: Obj, authority: Authority): Obj {
  const meta = object(object(stamp.meta, 'meta')['snapshot.json'], 'snapshot.json');
  demand(Number.isInteger(meta.length) && Number.isInteger(meta.version), 'invalid snapshot length or version');
  const snapshot = fetchFile(poll, 'repo', 'snapshot.json', Number(meta.length));
  checkHashes(snapshot, object(meta.hashes, 'snapshot hashes'));
  const signed = unpack(snapshot, 'Snapshot', authority);
  demand(versionOf(snapshot) === meta.version, 'Snapshot metadata version mismatch');
  keep(poll, 'repo/snapshot', snapshot);
  requireFresh(poll, signed, 'snapshot');
  return object(signed.meta, 'meta');
}

function fetchTargets(poll: Poll, name: string, listed: Obj, authority: Authority): Obj {
  const path = name === 'targets' ? 'targets.json' : `delegations/${name}.json`;
  const file = fetchFile(poll, 'repo', path, 8192 * kib);
  const entry = object(listed[`${name}.json`], `${name} in snapshot`);
  demand(Number.isInteger(entry.version), 'snapshot entry without version');
  if (entry.hashes !== undefined) checkHashes(file, object(entry.hashes, 'hashes'));
  const signed = unpack(file, 'Targets', authority);
  demand(signed.version === entry.version, `${name} metadata version mismatch`);
  keep(poll, `repo/${name}`, file);
  return signed;
}

interface Search {
  readonly poll: Poll;
  readonly filename: string;
  readonly listed: Obj;
}

function find(search: Search, from: Obj, depth: number): Obj | undefined {
  const own = object(from.targets, 'targets')[search.filename];
  if (own !== undefined) return object(own, search.filename);
  if (from.delegations === undefined || depth > maxDelegationDepth) return undefined;
  const delegations = object(from.delegations, 'delegations');
  const keys = readKeys(delegations);
  demand(Array.isArray(delegations.roles), 'delegations without roles');
  for (const entry of delegations.roles) {
    const role = object(entry, 'delegation');
    const name = text(role.name);
    demand(!/^(root|targets|snapshot|timestamp)$/i.test(name), 'reserved role name');
    if (!(role.paths as string[]).some((pattern) => shellMatch(pattern, search.filename))) continue;
    const signed = fetchTargets(search.poll, name, search.listed, { keys, role: readRole(role) });
    if (search.poll.today > text(signed.expires)) continue; // an expired delegation is skipped
    // "terminating" ends the delegatee's own delegations; siblings are still searched
    const inner = role.terminating === true ? { ...signed, delegations: { keys: {}, roles: [] } } : signed;
    const found = find(search, inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function checkHashes(file: Obj, hashes: Obj): void {
  const content = canonical(file); // not the bytes received
  for (const name of ['sha256', 'sha512'])
    if (hashes[name] !== undefined)
      demand(hash(name, content, 'hex') === text(hashes[name]).toLowerCase(), 'Hash metadata mismatch');
}

function shellMatch(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function match(filename: string, director: Obj, image: Obj): AktualizrTarget {
  const custom = object(director.custom ?? {}, 'custom');
  const imageCustom = object(image.custom ?? {}, 'custom');
  demand(director.length === image.length, 'length mismatch');
  const hashes = object(director.hashes, 'hashes');
  const imageHashes = object(image.hashes, 'hashes');
  const shared = Object.keys(hashes).filter((name) => imageHashes[name] !== undefined);
  demand(shared.length > 0 && shared.every((name) => hashes[name] === imageHashes[name]), 'hash mismatch');
  demand(
    custom.hardwareIds === undefined && imageCustom.ecuIdentifiers === undefined,
    'hardware ids and ECUs on one side',
  );
  const ids = (imageCustom.hardwareIds ?? []) as string[];
  const ecus = Object.entries(object(custom.ecuIdentifiers ?? {}, 'ecuIdentifiers'));
  demand(
    ecus.every(([, ecu]) => ids.includes(text(object(ecu, 'ecu').hardwareId))),
    'hardware id mismatch',
  );
  const name = hashes.sha256 === undefined ? 'sha512' : 'sha256';
  const uri = custom.uri ?? imageCustom.uri;
  return {
    filename,
    length: Number(director.length),
    hash: [name, text(hashes[name])],
    uri: typeof uri === 'string' && uri !== '' ? uri : undefined,
    ecus: ecus.map(([serial]) => serial),
  };
}
