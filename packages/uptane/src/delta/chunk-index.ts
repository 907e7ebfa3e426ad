import { UptaneError } from '../error.ts';
import { type Chunk, chunkSizes } from './chunker.ts';

/** Added to the name of an image, it names the index of its chunks. */
export const chunkIndexSuffix = '.chunks';
/** Bytes of an index that clients read. */
export const longestChunkIndex = 16 * 1024 * 1024;
const longestSha256 = 64;

/**
 * The index of an image: `{"format":1,"length":N,"chunks":[[LENGTH,"SHA256"],...]}` in order. It is not signed and need not be:
 * what is put together by it is checked against the signed hashes of the image, and thrown away when it is something else.
 */
export function writeChunkIndex(chunks: readonly Chunk[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return Buffer.from(
    JSON.stringify({ format: 1, length, chunks: chunks.map((chunk) => [chunk.length, chunk.sha256]) }),
  );
}

/**
 * The chunks that an index lists.
 * @param length of the image, which the chunks must add up to
 * @throws UptaneError `uptane.wrong-value`, `uptane.too-large`
 */
export function readChunkIndex(bytes: Uint8Array, length: number): readonly Chunk[] {
  if (bytes.length > longestChunkIndex) throw new UptaneError('uptane.too-large', 'chunks', 'the index is too long');
  const bad = () => new UptaneError('uptane.wrong-value', 'chunks', 'it is no index of this image');
  let value: { format?: unknown; chunks?: unknown };
  try {
    value = JSON.parse(Buffer.from(bytes).toString()) as typeof value;
  } catch {
    throw bad();
  }
  if (value?.format !== 1 || !Array.isArray(value.chunks)) throw bad();
  const chunks = value.chunks.map((entry: unknown): Chunk => {
    const [size, sha256] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > chunkSizes.most) throw bad();
    if (typeof sha256 !== 'string' || sha256.length !== longestSha256 || !/^[0-9a-f]{64}$/.test(sha256)) throw bad();
    return { length: size as number, sha256 };
  });
  if (chunks.reduce((sum, chunk) => sum + chunk.length, 0) !== length) throw bad();
  return chunks;
}
