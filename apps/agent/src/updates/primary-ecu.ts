import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  createImageDecryptor,
  type EncryptedImage,
  type EncryptionMethod,
  encryptionMethodOf,
  noExtra,
  type Signer,
  signEcuReport,
  UptaneError,
  unwrapContentKey,
  type VerifiedImage,
} from '@bulkhead/uptane';
import type { ImageFile, ReportContext, UpdatableEcu } from './ecu.ts';
import type { Installer } from './installer.ts';
import { installedOf, type SlotImage, slotImageOf } from './slot-image.ts';

/** Health of one ECU: what its maker says must work before an update counts as done. */
export type HealthCheck = (image: SlotImage | undefined, signal: AbortSignal) => Promise<boolean>;

export interface OwnEcuOptions {
  readonly serial: string;
  readonly hardwareId: string;
  readonly signer: Signer;
  /** X25519 or P-256; without one, encrypted images are refused. */
  readonly decryptionKey?: KeyObject | undefined;
  readonly installer: Installer;
  readonly health: HealthCheck;
}

/** What aktualizr reports before the first update: an image nobody knows (reference C6, factory state). */
export const unknownImage: SlotImage = Object.freeze({
  filename: 'unknown',
  length: 0,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
});

/** The report of an ECU about itself, under its own key. */
export function ownReport(
  serial: string,
  running: SlotImage | undefined,
  { time, counter, attacks }: ReportContext,
  signer: Signer,
): Uint8Array {
  const report = {
    serial,
    installed: installedOf(running ?? unknownImage),
    attacksDetected: attacks,
    time: time && `${time.toISOString().slice(0, 19)}Z`,
    previousTime: undefined,
    counter,
    nonce: undefined,
    extra: noExtra,
  };
  return signEcuReport(report, signer, 'b');
}

/** The plain image, piece by piece (Uptane 5.4.3.4 step 6: an encrypted one is decrypted with the key of this ECU). */
export async function* plainContent(
  { serial, filename, encrypted }: Pick<VerifiedImage, 'serial' | 'filename' | 'encrypted'>,
  { path }: ImageFile,
  key: KeyObject | undefined,
): AsyncGenerator<Uint8Array> {
  // the key first: a stream that nobody reads any more would fail where nobody hears it
  const decryptor = encrypted && createImageDecryptor(contentKeyOf(serial, filename, encrypted, key));
  for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 }))
    yield decryptor ? decryptor.update(chunk as Buffer) : (chunk as Buffer);
  if (decryptor) yield decryptor.finish();
}

function contentKeyOf(serial: string, filename: string, encrypted: EncryptedImage, key: KeyObject | undefined) {
  if (!key) throw new UptaneError('uptane.cannot-decrypt', filename, `ECU ${serial} has no key for encrypted images`);
  const method: EncryptionMethod = encryptionMethodOf(key);
  if (encrypted.method !== method)
    throw new UptaneError('uptane.cannot-decrypt', filename, `it is encrypted for another kind of key than ${method}`);
  return unwrapContentKey(encrypted.wrappedKey, key, { serial, filename });
}

/** The ECU on which this program runs. */
export function createPrimaryEcu(options: OwnEcuOptions): UpdatableEcu {
  const { serial, hardwareId, signer, installer, health, decryptionKey } = options;
  return Object.freeze({
    serial,
    hardwareId,
    key: signer.key,
    standing: installer.standing,
    lastStanding: installer.standing,
    runningPath: () => installer.runningPath?.(),
    versionReport: async (context: ReportContext) =>
      ownReport(serial, (await installer.standing()).running, context, signer),
    install: (image: VerifiedImage, file: ImageFile) =>
      installer.stage(slotImageOf(image), plainContent(image, file, decryptionKey)),
    activate: installer.activate,
    isHealthy: async (signal: AbortSignal) => health((await installer.standing()).running, signal),
    confirm: installer.confirm,
    rollBack: installer.rollBack,
  });
}
