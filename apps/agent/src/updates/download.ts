import { closeSync, createReadStream, existsSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { createImageCheck, type ExpectedFile, UptaneError } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { FaultPoint } from './installer.ts';
import type { PlatformHttps } from './platform-https.ts';

export interface DownloadOptions {
  readonly https: PlatformHttps;
  /** Path at the platform. */
  readonly source: string;
  readonly expected: ExpectedFile;
  /** Where it is collected; what lies there already is gone on with. */
  readonly path: string;
  readonly durable: boolean;
  readonly reached: FaultPoint;
  /** Asked before each piece; an answer ends the download for now, in words. */
  readonly mayGoOn?: () => string | undefined;
}

/**
 * One image, or its encrypted form, into a file: at most its length, from where an earlier download ended (RFC 9110 s14.2),
 * and every listed hash verified over the whole of it (Uptane 5.4.3.4, requirement C7).
 * @throws UptaneError for bytes that were not signed or come too slowly; AgentError when the platform is out of reach
 */
export async function downloadImage(options: DownloadOptions): Promise<void> {
  const { expected, path } = options;
  const held = existsSync(path) ? statSync(path).size : 0;
  if (held > expected.length) rmSync(path);
  try {
    await downloadOnce(options);
  } catch (error) {
    if (!areWrongBytes(error)) throw error; // what is merely incomplete is of use later
    rmSync(path, { force: true });
    // the first part may be that of somebody who cut the download off; the whole is asked for once
    if (held === 0) throw error;
    await downloadImage(options);
  }
}

async function downloadOnce(options: DownloadOptions): Promise<void> {
  const { expected, path } = options;
  const check = createImageCheck(expected);
  const from = await checkHeld(path, check);
  if (from < expected.length) await fetchRest(options, from, check);
  check.finish();
}

const areWrongBytes = (error: unknown) =>
  error instanceof UptaneError && (error.code === 'uptane.arbitrary-software' || error.code === 'uptane.endless-data');

type Check = ReturnType<typeof createImageCheck>;

async function checkHeld(path: string, check: Check): Promise<number> {
  if (!existsSync(path)) return 0;
  let held = 0;
  for await (const chunk of createReadStream(path)) {
    check.update(chunk as Buffer);
    held += (chunk as Buffer).length;
  }
  return held;
}

async function fetchRest(options: DownloadOptions, from: number, check: Check): Promise<void> {
  const { https, source, expected, path, durable, reached, mayGoOn } = options;
  const { answer, body } = await https.download(source, expected.filename, from);
  const isRest = from > 0 && answer.status === 206 && answer.from === from;
  if (answer.status !== 200 && !isRest) {
    await body.return(undefined);
    if (answer.status === 429)
      throw new AgentError('agent.platform-unreachable', 'The platform asks to come back later');
    throw new UptaneError('uptane.drop-request', expected.filename, `the image is not served (${answer.status})`);
  }
  let skip = isRest ? 0 : from; // a server without ranges sends all of it: what is held was checked already
  const file = openSync(path, from > 0 ? 'a' : 'w', 0o600);
  try {
    for await (const chunk of body) {
      const why = mayGoOn?.();
      if (why !== undefined) throw new AgentError('agent.not-now', why);
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      check.update(rest);
      for (let at = 0; at < rest.length; ) at += writeSync(file, rest, at);
      reached('download-chunk');
    }
    if (durable) fsyncSync(file);
    reached('download-written');
  } finally {
    closeSync(file);
  }
}
