import type { SbomHash } from '../model.ts';

const algorithms: ReadonlyMap<string, { name: string; bytes: number }> = new Map([
  ['sha512', { name: 'SHA-512', bytes: 64 }],
  ['sha384', { name: 'SHA-384', bytes: 48 }],
  ['sha256', { name: 'SHA-256', bytes: 32 }],
  ['sha1', { name: 'SHA-1', bytes: 20 }],
]);

/** Subresource Integrity (W3C SRI s3.1): "sha512-<base64>[?options]", several parted by blanks, as hexadecimal hashes. */
export function readIntegrity(integrity: string | undefined): readonly SbomHash[] {
  const hashes: SbomHash[] = [];
  for (const entry of (integrity ?? '').split(/\s+/)) {
    const dash = entry.indexOf('-');
    const algorithm = algorithms.get(entry.slice(0, dash));
    const value = toHex(entry.slice(dash + 1).replace(/\?.*$/, ''));
    if (algorithm && value?.length === algorithm.bytes * 2) hashes.push({ algorithm: algorithm.name, value });
  }
  return hashes;
}

function toHex(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  try {
    return Array.from(atob(base64), (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined;
  }
}
