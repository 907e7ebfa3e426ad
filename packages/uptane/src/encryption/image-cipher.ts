import { createCipheriv, createDecipheriv } from 'node:crypto';
import { UptaneError } from '../error.ts';

/** Bytes of an image that are sealed together: what an ECU must hold before it may use any of them. */
const chunkBytes = 64 * 1024;
const tagBytes = 16;
const sealedBytes = chunkBytes + tagBytes;
const algorithm = 'aes-256-gcm';

/** Takes an image or its encrypted form in pieces of any size; what comes out belongs together in that order. */
export interface ImageCipher {
  update(piece: Uint8Array): Uint8Array;
  finish(): Uint8Array;
}

/** The length of the encrypted file. */
export function encryptedLength(length: number): number {
  return length + tagBytes * Math.max(1, Math.ceil(length / chunkBytes));
}

/**
 * Encrypts an image as it streams by: chunks of 64 KiB, each sealed with AES-256-GCM under a nonce of its number and
 * whether it is the last (the STREAM construction), so that none can be moved, left out or cut off.
 * @param contentKey 32 random bytes, used for this one image only: the nonces repeat with every file
 */
export function createImageEncryptor(contentKey: Uint8Array): ImageCipher {
  return cipherOf(chunkBytes, (chunk, number, last) => {
    const cipher = createCipheriv(algorithm, contentKey, nonceOf(number, last));
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  });
}

/**
 * Decrypts what `createImageEncryptor` made. Every byte that comes out is authentic, yet not the image until `finish`
 * returned and its hashes were checked.
 * @throws UptaneError `uptane.cannot-decrypt` for another key, or a file that was changed, reordered or cut
 */
export function createImageDecryptor(contentKey: Uint8Array): ImageCipher {
  return cipherOf(sealedBytes, (chunk, number, last) => {
    const body = chunk.subarray(0, -tagBytes);
    try {
      const decipher = createDecipheriv(algorithm, contentKey, nonceOf(number, last), { authTagLength: tagBytes });
      decipher.setAuthTag(chunk.subarray(chunk.length - tagBytes));
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (cause) {
      throw new UptaneError(
        'uptane.cannot-decrypt',
        `chunk ${number}`,
        'the key does not fit, or the file was changed',
        cause,
      );
    }
  });
}

type Seal = (chunk: Uint8Array, number: number, last: boolean) => Uint8Array;

/** Cuts what comes in into chunks of one size. A full chunk is held back until it is known whether it is the last. */
function cipherOf(size: number, seal: Seal): ImageCipher {
  let held: Uint8Array = new Uint8Array();
  let number = 0;
  let finished = false;
  return Object.freeze({
    update(piece: Uint8Array): Uint8Array {
      if (finished) throw new UptaneError('uptane.cannot-decrypt', 'image', 'the image was finished already');
      const all = held.length === 0 ? piece : Buffer.concat([held, piece]);
      const out: Uint8Array[] = [];
      let at = 0;
      for (; all.length - at > size; at += size) out.push(seal(all.subarray(at, at + size), number++, false));
      held = Uint8Array.from(all.subarray(at)); // a copy: the caller may use its buffer again
      return Buffer.concat(out);
    },
    finish(): Uint8Array {
      finished = true;
      return seal(held, number, true);
    },
  });
}

/** 12 bytes: the number of the chunk, then whether it is the last. */
function nonceOf(number: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
