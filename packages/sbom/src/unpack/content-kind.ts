import { packingOf } from './decompress.ts';
import { isTar } from './read-tar.ts';
import { isZip } from './read-zip.ts';

export interface ContentKind {
  readonly mediaType: string;
  readonly extension: string;
}

/** What kind of file an uploaded SBOM is, told by its first bytes, so that it can be handed out again as such. */
export function contentKind(bytes: Uint8Array): ContentKind {
  const packing = packingOf(bytes);
  if (packing === 'gzip') return { mediaType: 'application/gzip', extension: 'gz' };
  if (packing === 'zstd') return { mediaType: 'application/zstd', extension: 'zst' };
  if (isZip(bytes)) return { mediaType: 'application/zip', extension: 'zip' };
  if (isTar(bytes)) return { mediaType: 'application/x-tar', extension: 'tar' };
  const isXml = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart().startsWith('<');
  return isXml
    ? { mediaType: 'application/xml', extension: 'xml' }
    : { mediaType: 'application/json', extension: 'json' };
}
