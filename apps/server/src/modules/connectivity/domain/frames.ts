/** What `frameLength` says when there is no length to give. */
export const frameFault = Object.freeze({ incomplete: 0, badLength: -1, tooLarge: -2 });

/**
 * Total length of the control packet at `offset`, read from the fixed header alone (MQTT 5 s2.1.4), so that an oversized
 * packet is refused before one byte of it is kept.
 */
export function frameLength(data: Buffer, offset: number, most: number): number {
  let value = 0;
  let scale = 1;
  for (let i = 1; i <= 4; i++) {
    const at = offset + i;
    if (at >= data.length) return frameFault.incomplete;
    const byte = data[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      // MQTT 5 s1.5.5: the shortest encoding is the only one allowed.
      if (byte === 0 && i > 1) return frameFault.badLength;
      const total = 1 + i + value;
      return total > most ? frameFault.tooLarge : total;
    }
    scale *= 0x80;
  }
  return frameFault.badLength;
}

/** Bytes received and not yet handled. Chunks are joined once, when the packet they belong to is complete. */
export interface Inbox {
  chunks: Buffer[];
  bytes: number;
  /** No use in looking again before this many bytes are here. */
  need: number;
}

export const emptyInbox = (): Inbox => ({ chunks: [], bytes: 0, need: 0 });

/** A packet that comes a byte at a time would be held in a hundred times its size: each chunk is an object. */
const mostChunks = 64;

/** Adds a chunk; gives everything back as one buffer when that is enough to go on. */
export function takeIn(inbox: Inbox, chunk: Buffer): Buffer | undefined {
  if (inbox.bytes === 0 && chunk.length >= inbox.need) return chunk;
  if (chunk.length > 0) inbox.chunks.push(chunk);
  inbox.bytes += chunk.length;
  if (inbox.bytes < inbox.need || inbox.bytes === 0) {
    if (inbox.chunks.length >= mostChunks) inbox.chunks = [Buffer.concat(inbox.chunks, inbox.bytes)];
    return undefined;
  }
  const joined = inbox.chunks.length === 1 ? (inbox.chunks[0] as Buffer) : Buffer.concat(inbox.chunks, inbox.bytes);
  forget(inbox);
  return joined;
}

/** Keeps what could not be handled yet; small rests are copied so that they do not pin a large chunk. */
export function keepRest(inbox: Inbox, rest: Buffer, need: number): void {
  inbox.need = need;
  if (rest.length === 0) return;
  inbox.chunks.push(rest.length < 1_024 ? Buffer.from(rest) : rest);
  inbox.bytes = rest.length;
}

export function forget(inbox: Inbox): void {
  inbox.chunks = [];
  inbox.bytes = 0;
  inbox.need = 0;
}
