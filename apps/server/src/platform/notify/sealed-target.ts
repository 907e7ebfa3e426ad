import { randomBytes } from 'node:crypto';
import type { createSecretBox } from '../keys/derive.ts';

export type SecretBox = ReturnType<typeof createSecretBox>;

/** What of a channel is a secret: the address (a chat's is its own password), and what signs. */
export interface SealedTarget {
  readonly url: string;
  /** `whsec_...`, the newest first; empty for a chat. */
  readonly secrets: readonly { readonly key: string /** Milliseconds since 1970. */; readonly until?: number }[];
}

/** The channel's id goes in with it: a row that was given another's secret is refused rather than used. */
export const sealTarget = (box: SecretBox, channelId: string, target: SealedTarget): Buffer =>
  box.seal(Buffer.from(JSON.stringify({ channelId, ...target })));

export const undecipherable =
  'The secret of the channel cannot be decrypted: the key store is another one than it was.';

/** Undefined if the row was changed or the key of the server is another one. */
export function tryOpenTarget(box: SecretBox, channelId: string, sealed: Buffer): SealedTarget | undefined {
  try {
    const opened = JSON.parse(box.open(sealed).toString()) as SealedTarget & { channelId: string };
    const { channelId: owner, url, secrets } = opened;
    return owner === channelId ? { url, secrets } : undefined;
  } catch {
    return undefined;
  }
}

/** 256 bits of randomness in the form of Standard Webhooks ("Signature scheme"): `whsec_` and base64. */
export const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
