import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Puts one line into a file of mode 0600. It is made anew: what stands there keeps neither its mode nor where it points. */
export function writeSecretFile(path: string, line: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, `${line}\n`, { mode: 0o600, flag: 'wx' }); // wx follows no link put there in between
}
