import { asObject, extraOf, objectAt, objectOf, optionalWholeNumberAt, refuse } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { FileMeta, Snapshot, Timestamp } from '../model/snapshot.ts';
import {
  commonMembers,
  knownMembers,
  lengthRange,
  optionalHashes,
  readCommon,
  readVersion,
  signedPlace,
} from './common.ts';
import { roleNameFault } from './names.ts';
import type { Profile } from './profile.ts';
import { writeHashes } from './target.ts';

const metaMembers = new Set(['version', 'length', 'hashes']);
const metaPlace = inside(signedPlace, 'meta');

/** Uptane 5.2.4: the name and version of every targets file. */
export function readSnapshot(payload: JsonObject, profile: Profile): Snapshot {
  const common = readCommon(payload, 'snapshot', profile, knownMembers(profile, 'meta'));
  const meta = new Map<string, FileMeta>();
  for (const [file, value] of Object.entries(objectAt(payload, 'meta', signedPlace))) {
    const here = inside(metaPlace, file);
    const fault = file.endsWith('.json')
      ? fileFault(file.slice(0, -'.json'.length))
      : 'the name does not end in ".json"';
    if (fault) throw refuse(here, fault);
    meta.set(file, readFileMeta(asObject(value, here), here));
  }
  if (!meta.has('targets.json'))
    throw refuse(inside(metaPlace, 'targets.json'), 'is required and missing', 'uptane.missing-field');
  return { type: 'snapshot', ...common, meta };
}

/** Old repositories list the root file too. */
function fileFault(role: string): string | undefined {
  return role === 'targets' || role === 'root' ? undefined : roleNameFault(role);
}

/** Uptane 5.2.5: name and version of the snapshot, and at least one hash. */
export function readTimestamp(payload: JsonObject, profile: Profile): Timestamp {
  const common = readCommon(payload, 'timestamp', profile, knownMembers(profile, 'meta'));
  const meta = objectAt(payload, 'meta', signedPlace);
  const at = inside(metaPlace, 'snapshot.json');
  const snapshot = readFileMeta(objectAt(meta, 'snapshot.json', metaPlace), at);
  const others = Object.keys(meta).filter((name) => name !== 'snapshot.json');
  if (others.length > 0) throw refuse(inside(metaPlace, others[0] ?? ''), 'a timestamp speaks of the snapshot only');
  if (profile.timestampNeedsHash && (snapshot.length === undefined || snapshot.hashes === undefined))
    throw refuse(at, 'must give length and hashes', 'uptane.missing-field');
  return { type: 'timestamp', ...common, snapshot };
}

function readFileMeta(object: JsonObject, at: Place): FileMeta {
  return {
    version: readVersion(object, at),
    length: optionalWholeNumberAt(object, 'length', at, lengthRange),
    hashes: optionalHashes(object, at),
    extra: extraOf(object, metaMembers),
  };
}

export function writeSnapshot(snapshot: Snapshot, profile: Profile): JsonObject {
  const meta = Object.fromEntries([...snapshot.meta].map(([file, entry]) => [file, writeFileMeta(entry)]));
  return objectOf([...commonMembers('snapshot', snapshot, profile), ['meta', meta]], snapshot.extra);
}

export function writeTimestamp(timestamp: Timestamp, profile: Profile): JsonObject {
  const meta = { 'snapshot.json': writeFileMeta(timestamp.snapshot) };
  return objectOf([...commonMembers('timestamp', timestamp, profile), ['meta', meta]], timestamp.extra);
}

function writeFileMeta({ version, length, hashes, extra }: FileMeta): JsonObject {
  return objectOf(
    [
      ['version', version],
      ['length', length],
      ['hashes', hashes && writeHashes(hashes)],
    ],
    extra,
  );
}
