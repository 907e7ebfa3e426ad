import { hash } from 'node:crypto';
import { compactJson } from '../canonical-json.ts';
import type { Dialect } from '../dialect.ts';
import type { SignedFile } from '../model/signed.ts';
import type { FileMeta } from '../model/snapshot.ts';

/** Whether a file is the one that another file speaks of; in words what differs, undefined when nothing does. */
export function metaFault(dialect: Dialect, file: SignedFile<{ version: number }>, meta: FileMeta): string | undefined {
  // Dialect A hashes the canonical form, signatures included, and uses the length as a limit only.
  const content = dialect.hashesCanonicalForm ? Buffer.from(compactJson(file.received)) : file.bytes;
  if (
    meta.length !== undefined &&
    (dialect.hashesCanonicalForm ? file.bytes.length > meta.length : file.bytes.length !== meta.length)
  )
    return `has ${file.bytes.length} bytes, ${meta.length} were announced`;
  for (const [name, expected] of meta.hashes ?? []) {
    if (hash(name, content, 'hex') !== expected) return `has another ${name} than was announced`;
  }
  if (file.signed.version !== meta.version) return `has version ${file.signed.version}, ${meta.version} was announced`;
  return undefined;
}
