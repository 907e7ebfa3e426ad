import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AgentError } from './error.ts';

const nonceBytes = 12;
const tagBytes = 16;
export const sealOverhead = nonceBytes + tagBytes;

/** AES-256-GCM with a random nonce; `purpose` is authenticated, so that a sealed key cannot stand in for an event. */
export function seal(key: Buffer, purpose: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** @throws AgentError `agent.state-damaged` when the bytes were changed, cut or sealed for another purpose. */
export function unseal(key: Buffer, purpose: string, sealed: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    }).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new AgentError(
      'agent.state-damaged',
      `The stored ${purpose} cannot be read; it was changed or belongs to another device`,
      { cause },
    );
  }
}
