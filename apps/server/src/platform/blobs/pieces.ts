import type { Readable } from 'node:stream';

/** Regroups a stream into pieces of about `bytes`, the last one shorter; a stream that breaks loses its last piece only. */
export async function* pieces(content: Readable, bytes: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size < bytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts);
}
