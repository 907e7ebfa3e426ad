import { SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';
import { type ArchiveFile, badArchive } from './archive-file.ts';
import { decompress, expansionBudget, packingOf } from './decompress.ts';
import { isTar, readTar } from './read-tar.ts';
import { isZip, readZip } from './read-zip.ts';

export type Unpacked =
  | { readonly kind: 'document'; readonly bytes: Uint8Array }
  | { readonly kind: 'archive'; readonly files: readonly ArchiveFile[] };

/**
 * What an upload holds, told by its content and never by its name: a plain document, one packed with gzip or zstd, or
 * an archive (tar, tar.gz, tar.zst, zip). One layer of packing only.
 * @throws SbomError `sbom.too-large`, `sbom.bad-archive`
 */
export function unpack(bytes: Uint8Array, limits: SbomLimits): Unpacked {
  if (bytes.length > limits.maxBytes) {
    const size = `${bytes.length} bytes are more than the limit of ${limits.maxBytes} (maxBytes)`;
    throw new SbomError('sbom.too-large', '$', `${size}; split the document or raise the limit`);
  }
  const budget = expansionBudget(limits);
  if (isZip(bytes)) return { kind: 'archive', files: readZip(bytes, limits, budget) };
  const packing = packingOf(bytes);
  const plain = packing ? decompress(bytes, packing, budget) : bytes;
  if (packing && (packingOf(plain) || isZip(plain))) throw badArchive('it is packed twice; pack it once');
  return isTar(plain) ? { kind: 'archive', files: readTar(plain, limits) } : { kind: 'document', bytes: plain };
}
