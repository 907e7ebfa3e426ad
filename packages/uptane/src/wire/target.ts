import {
  asName,
  asObject,
  extraOf,
  listAt,
  member,
  nameAt,
  objectOf,
  optionalObjectAt,
  optionalTextAt,
  optionalWholeNumberAt,
  refuse,
  textAt,
  wholeNumberAt,
} from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';
import type { JsonObject } from '../json/read-json.ts';
import type { EcuAssignment, EncryptedImage, Hashes, Target, TargetCustom } from '../model/targets.ts';
import { lengthRange, readHashes } from './common.ts';
import { longestHardwareId, longestSerial, targetNameFault } from './names.ts';

const targetMembers = new Set(['length', 'hashes', 'custom']);
const mostHardwareIds = 1000;
const longestUri = 2048;
export const releaseCounterRange = Object.freeze({ min: 0, max: Number.MAX_SAFE_INTEGER });

export function readTarget(target: JsonObject, at: Place): Target {
  const custom = optionalObjectAt(target, 'custom', at);
  return {
    length: wholeNumberAt(target, 'length', at, lengthRange),
    hashes: readHashes(target, at),
    custom: custom && readCustom(custom, inside(at, 'custom')),
    extra: extraOf(target, targetMembers),
  };
}

const customMembers = new Set(['hardwareIds', 'ecuIdentifiers', 'releaseCounter', 'uri', 'targetFormat', 'shallMatch']);

function readCustom(custom: JsonObject, at: Place): TargetCustom {
  const uri = optionalTextAt(custom, 'uri', at);
  if (uri !== undefined && uri.length > longestUri) throw refuse(inside(at, 'uri'), 'is too long');
  return {
    hardwareIds: readHardwareIds(custom, 'hardwareIds', at),
    ecus: readEcus(custom, at),
    releaseCounter: optionalWholeNumberAt(custom, 'releaseCounter', at, releaseCounterRange),
    uri: uri === '' ? undefined : uri,
    targetFormat: optionalTextAt(custom, 'targetFormat', at),
    shallMatch: member(custom, 'shallMatch'),
    extra: extraOf(custom, customMembers),
  };
}

export function readHardwareIds(object: JsonObject, key: string, at: Place): readonly string[] | undefined {
  if (member(object, key) === undefined) return undefined;
  const place = inside(at, key);
  return listAt(object, key, at, mostHardwareIds).map((id, i) => asName(id, inside(place, i), longestHardwareId));
}

function readEcus(custom: JsonObject, at: Place): ReadonlyMap<string, EcuAssignment> | undefined {
  const wire = optionalObjectAt(custom, 'ecuIdentifiers', at);
  if (!wire) return undefined;
  const place = inside(at, 'ecuIdentifiers');
  const ecus = new Map<string, EcuAssignment>();
  for (const [serial, value] of Object.entries(wire)) {
    const here = inside(place, serial);
    asName(serial, here, longestSerial);
    ecus.set(serial, readAssignment(asObject(value, here), here));
  }
  return ecus;
}

const assignmentMembers = new Set(['hardwareId', 'encryptedImage']);

function readAssignment(ecu: JsonObject, at: Place): EcuAssignment {
  const encrypted = optionalObjectAt(ecu, 'encryptedImage', at);
  return {
    hardwareId: nameAt(ecu, 'hardwareId', at, longestHardwareId),
    encrypted: encrypted && readEncrypted(encrypted, inside(at, 'encryptedImage')),
    extra: extraOf(ecu, assignmentMembers),
  };
}

const encryptedMembers = new Set(['filename', 'length', 'hashes', 'method', 'wrappedKey']);

/** Uptane 5.2.3.1.1: name, hashes and size of the encrypted file, the method, and the key for this ECU. */
function readEncrypted(image: JsonObject, at: Place): EncryptedImage {
  const filename = textAt(image, 'filename', at);
  const fault = targetNameFault(filename);
  if (fault) throw refuse(inside(at, 'filename'), fault);
  return {
    filename,
    length: wholeNumberAt(image, 'length', at, lengthRange),
    hashes: readHashes(image, at),
    method: nameAt(image, 'method', at, 100),
    wrappedKey: nameAt(image, 'wrappedKey', at, 1000),
    extra: extraOf(image, encryptedMembers),
  };
}

export function writeTarget({ length, hashes, custom, extra }: Target): JsonObject {
  return objectOf(
    [
      ['length', length],
      ['hashes', writeHashes(hashes)],
      ['custom', custom && writeCustom(custom)],
    ],
    extra,
  );
}

export function writeHashes(hashes: Hashes): JsonObject {
  return Object.fromEntries(hashes);
}

export function writeCustom(custom: TargetCustom): JsonObject {
  const { hardwareIds, ecus, releaseCounter, uri, targetFormat, shallMatch, extra } = custom;
  return objectOf(
    [
      ['hardwareIds', hardwareIds],
      ['ecuIdentifiers', ecus && Object.fromEntries([...ecus].map(([serial, ecu]) => [serial, writeAssignment(ecu)]))],
      ['releaseCounter', releaseCounter],
      ['uri', uri],
      ['targetFormat', targetFormat],
      ['shallMatch', shallMatch],
    ],
    extra,
  );
}

function writeAssignment({ hardwareId, encrypted, extra }: EcuAssignment): JsonObject {
  return objectOf(
    [
      ['hardwareId', hardwareId],
      ['encryptedImage', encrypted && writeEncrypted(encrypted)],
    ],
    extra,
  );
}

export function writeEncrypted({ filename, length, hashes, method, wrappedKey, extra }: EncryptedImage): JsonObject {
  return objectOf(
    [
      ['filename', filename],
      ['length', length],
      ['hashes', writeHashes(hashes)],
      ['method', method],
      ['wrappedKey', wrappedKey],
    ],
    extra,
  );
}
