import type { Readable } from 'node:stream';
import { InventoryError } from './domain/error.ts';

export const maxSbomBytes = 64 * 1024 * 1024;

/** The bytes of an upload. It is refused at the bound, without reading or holding the rest of it. */
export async function readUpload(content: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxSbomBytes)
      throw new InventoryError('inventory.bad-sbom', 'An SBOM has at most 64 MiB: split it by software, or pack it.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
