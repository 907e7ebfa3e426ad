import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint, toPem } from '@bulkhead/pki';
import { SimulatorError } from '../simulator-error.ts';

/** Where a fleet finds the platform, and the root it believes. */
export interface Endpoints {
  readonly url: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly estUrl: string;
  /** PEM of the root. */
  readonly trust: string;
  /** SHA-256 of the root in hexadecimal. */
  readonly rootFingerprint: string;
}

/** Whether the file was written since, by the platform that was started since. */
function isFresh(path: string, since: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.mtimeMs >= since && found.size > 0;
}

/**
 * Waits until the platform that was started a moment ago has written its token and says it is ready, or for `stop`. A
 * platform that runs already and holds the port does not count: its token is older.
 */
export async function untilReady(url: string, tokenFile: string, since: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    if (!isFresh(tokenFile, since)) {
      await sleep(50);
      continue;
    }
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(100);
  }
}

/**
 * The root certificate from the platform itself. A real vehicle gets it at the plant; over loopback it may be fetched,
 * and elsewhere the fingerprint that the platform prints should be given.
 */
export async function fetchRoot(url: string, expected?: string): Promise<{ trust: string; rootFingerprint: string }> {
  const answer = await fetch(`${url}/pki/ca/root.crt`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answer?.ok)
    throw new SimulatorError(
      'simulator.no-platform',
      `The platform does not answer at ${url}: start it with "npm start", or give its address with --url.`,
    );
  const der = Buffer.from(await answer.arrayBuffer());
  const found = fingerprint(der);
  if (expected !== undefined && expected.replaceAll(':', '').toLowerCase() !== found)
    throw new SimulatorError(
      'simulator.wrong-root',
      `The root of ${url} has the fingerprint ${found}, not ${expected}.`,
    );
  return { trust: toPem('CERTIFICATE', der), rootFingerprint: found };
}

export function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new SimulatorError(
      'simulator.no-token',
      `There is no API token in ${path}: start the platform with --bootstrap.tokenFile ${path}, or create a token of role provisioner in the console.`,
      { cause },
    );
  }
}
