import type { Json } from '@bulkhead/kernel';
import { compactJson } from '../canonical-json.ts';
import { UptaneError } from '../error.ts';
import type { EncryptedImage, Hashes, HashName } from '../model/targets.ts';
import { longestHardwareId, longestSerial, targetNameFault } from '../wire/names.ts';
import { writeEncrypted } from '../wire/target.ts';

export interface DirectorEcu {
  readonly hardwareId: string;
  readonly encrypted?: EncryptedImage | undefined;
}

/** An image for some ECUs of one vehicle. */
export interface DirectorTarget {
  readonly filename: string;
  readonly length: number;
  /** sha256 must be among them: some clients check no other. */
  readonly hashes: Hashes;
  readonly ecus: ReadonlyMap<string, DirectorEcu>;
  readonly releaseCounter?: number | undefined;
  readonly uri?: string | undefined;
  readonly shallMatch?: Json | undefined;
}

/**
 * The `targets` of a Director as canonical text, the same in both dialects. Written by hand rather than from an object:
 * the text is most of what a set costs besides its signatures.
 * @throws UptaneError `uptane.duplicate-ecu`, `uptane.wrong-value` for what the readers would refuse
 */
export function directorTargetsText(targets: readonly DirectorTarget[]): string {
  const serials = new Set<string>();
  const sorted = [...targets].sort(byFilename);
  let text = '{';
  for (const [i, target] of sorted.entries()) {
    if (target.filename === sorted[i - 1]?.filename) throw refuse(target.filename, 'the image is named twice');
    check(target, serials);
    text += `${i === 0 ? '' : ','}"${target.filename}":${targetText(target)}`;
  }
  return `${text}}`;
}

function byFilename(a: DirectorTarget, b: DirectorTarget): number {
  return a.filename < b.filename ? -1 : 1;
}

/** Keys in canonical order: custom, hashes, length. */
function targetText({ length, hashes, ecus, releaseCounter, uri, shallMatch }: DirectorTarget): string {
  let custom = `"ecuIdentifiers":{${ecusText(ecus)}}`;
  if (releaseCounter !== undefined) custom += `,"releaseCounter":${releaseCounter}`;
  if (shallMatch !== undefined) custom += `,"shallMatch":${compactJson(shallMatch)}`;
  if (uri !== undefined) custom += `,"uri":${JSON.stringify(uri)}`;
  return `{"custom":{${custom}},"hashes":{${hashesText(hashes)}},"length":${length}}`;
}

function ecusText(ecus: ReadonlyMap<string, DirectorEcu>): string {
  let text = '';
  for (const serial of [...ecus.keys()].sort()) {
    const { hardwareId, encrypted } = ecus.get(serial) as DirectorEcu;
    const image = encrypted ? `"encryptedImage":${compactJson(writeEncrypted(encrypted))},` : '';
    text += `${text === '' ? '' : ','}${JSON.stringify(serial)}:{${image}"hardwareId":${JSON.stringify(hardwareId)}}`;
  }
  return text;
}

const hashNames: readonly HashName[] = ['sha256', 'sha512'];

function hashesText(hashes: Hashes): string {
  let text = '';
  for (const name of hashNames) {
    const hex = hashes.get(name);
    if (hex !== undefined) text += `${text === '' ? '' : ','}"${name}":"${hex}"`;
  }
  return text;
}

function check({ filename, length, hashes, ecus, releaseCounter = 0 }: DirectorTarget, serials: Set<string>): void {
  const fault = targetNameFault(filename);
  if (fault) throw refuse('image name', fault);
  if (!/^[0-9a-f]{64}$/.test(hashes.get('sha256') ?? ''))
    throw refuse(filename, 'its sha256 must be listed, in lower-case hex');
  if (!/^([0-9a-f]{128})?$/.test(hashes.get('sha512') ?? ''))
    throw refuse(filename, 'its sha512 is not 128 digits of lower-case hex');
  if (!isCount(length) || !isCount(releaseCounter))
    throw refuse(filename, 'length and release counter are whole numbers from 0');
  if (ecus.size === 0) throw refuse(filename, 'no ECU is named for it');
  for (const [serial, { hardwareId }] of ecus) {
    if (serials.has(serial)) throw new UptaneError('uptane.duplicate-ecu', filename, `ECU ${serial} has two images`);
    serials.add(serial);
    if (!isName(serial, longestSerial)) throw refuse(filename, `a serial has 1 to ${longestSerial} characters`);
    if (!isName(hardwareId, longestHardwareId))
      throw refuse(filename, `a hardware id has 1 to ${longestHardwareId} characters`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isName(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest;
}

function refuse(place: string, detail: string): UptaneError {
  return new UptaneError('uptane.wrong-value', place, detail);
}
