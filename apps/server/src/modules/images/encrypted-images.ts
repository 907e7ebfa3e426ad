import { type KeyObject, randomBytes } from 'node:crypto';
import {
  createImageEncryptor,
  type EncryptionMethod,
  encryptedLength,
  encryptionMethodOf,
  UptaneError,
  wrapContentKey,
} from '@bulkhead/uptane';
import { inTransaction } from '../../platform/db/database.ts';
import { createSecretBox, deriveSecret } from '../../platform/keys/derive.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { badMetadata, ImagesError } from './domain/error.ts';
import { createEncryptedStore } from './encrypted-store.ts';
import { createEncryptedViews, type EncryptedCopy } from './encrypted-views.ts';
import { createImageViews } from './image-views.ts';
import { createUploadStore } from './upload-store.ts';

/** What the Director says about an encrypted image, beside the ECU (Uptane 5.2.3.1.1). */
export interface EncryptedFor {
  readonly filename: string;
  readonly length: number;
  readonly sha256: string;
  readonly sha512: string;
  readonly method: EncryptionMethod;
  /** The content key, wrapped for this one ECU and this one image. */
  readonly wrappedKey: string;
}

const system: Actor = Object.freeze({ kind: 'system', id: 'images', name: 'image repository' });

/**
 * Encrypts images for ECUs (requirement S20). An image has one encrypted copy under one random content key, however many
 * ECUs get it: the key is sealed in the database and wrapped for each ECU. An ECU that may install an image knows its
 * plain text anyway, so a copy for each would protect nothing and take the disk.
 */
export const createEncryptedImages = (deps: ImagesDeps) => {
  const { db, keys, blobs, clock, bind } = deps;
  const box = createSecretBox(deriveSecret(keys, 'images-content-keys'));

  const make = async (sha256: string, length: number): Promise<EncryptedCopy> => {
    await blobs.requireSpace(encryptedLength(length));
    const contentKey = randomBytes(32);
    const stored = await blobs.put(encrypting(blobs.read(sha256), contentKey));
    await inTransaction(db, async (tx) => {
      await createUploadStore(tx).takeBlobs();
      const made = await createEncryptedStore(tx).insert({
        sha256: Buffer.from(sha256, 'hex'),
        file_name: `encrypted/${stored.sha256}.bin`,
        encrypted_sha256: Buffer.from(stored.sha256, 'hex'),
        encrypted_sha512: Buffer.from(stored.sha512, 'hex'),
        encrypted_length: stored.length,
        sealed_key: box.seal(contentKey),
        created_at: clock.now(),
      });
      // the copy of whoever was faster is used, this one is swept
      if (!made) return;
      const details = { encrypted: stored.sha256, length: stored.length };
      await bind(tx).audit.append({ action: 'images.encrypt', subject: sha256, by: system, details, at: clock.now() });
    });
    return (await createEncryptedViews(db).ofImage(sha256)) as EncryptedCopy;
  };

  return Object.freeze({
    /**
     * The encrypted copy of an image, made when it is first asked for, with its key wrapped for one ECU.
     * @param key the ECU's public encryption key, X25519 or P-256
     * @throws ImagesError `images.unknown-image`, `images.bad-metadata` for another kind of key
     */
    encryptFor: async (
      sha256: string,
      ecu: { readonly serial: string; readonly fileName: string; readonly key: KeyObject },
    ): Promise<EncryptedFor> => {
      const held = await createImageViews(db).byDigest(sha256);
      if (!held) throw new ImagesError('images.unknown-image', `No image with SHA-256 ${sha256} is held.`);
      const method = usable(() => encryptionMethodOf(ecu.key));
      const copy = (await createEncryptedViews(db).ofImage(sha256)) ?? (await make(sha256, held.length));
      const contentKey = box.open(copy.sealedKey);
      try {
        const wrappedKey = wrapContentKey(contentKey, ecu.key, { serial: ecu.serial, filename: ecu.fileName });
        const { fileName, encryptedLength: length, encryptedSha256, encryptedSha512 } = copy;
        return { filename: fileName, length, sha256: encryptedSha256, sha512: encryptedSha512, method, wrappedKey };
      } finally {
        contentKey.fill(0);
      }
    },
  });
};

async function* encrypting(plain: AsyncIterable<Buffer>, contentKey: Buffer): AsyncGenerator<Uint8Array> {
  const cipher = createImageEncryptor(contentKey);
  for await (const piece of plain) yield cipher.update(piece);
  yield cipher.finish();
}

function usable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    throw badMetadata(`The ECU cannot be encrypted for: ${error.message}.`, error);
  }
}
