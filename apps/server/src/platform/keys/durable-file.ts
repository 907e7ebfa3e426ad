import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * Writes a whole file of mode 0600 that is either there completely or not at all, also after a power cut. Without
 * `replace` an existing file stays and `EEXIST` is thrown: link(2) decides between two processes, rename(2) would not.
 */
export function writeDurably(path: string, content: Uint8Array, { replace = false } = {}): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (replace) renameSync(draft, path);
    else linkSync(draft, path);
    syncDirectory(path);
  } finally {
    if (!replace) unlinkSync(draft);
  }
}
