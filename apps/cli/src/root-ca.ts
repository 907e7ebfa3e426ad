import { X509Certificate } from 'node:crypto';
import { get } from 'node:https';
import { CliError } from './error.ts';
import { readBounded } from './terminal.ts';

const path = '/pki/ca/root.crt';
const longest = 64 * 1024;
const patience = 15_000;

/** SHA-256 as 64 hex digits; colons, spaces and capitals as other tools print them are accepted. */
export function readFingerprint(text: string): string {
  const digits = text
    .replace(/^sha-?256[:=]?/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new CliError('cli.usage', 'A fingerprint is the SHA-256 of the root certificate: 64 hexadecimal digits.');
  return digits;
}

/**
 * Fetches the root certificate over a connection that is not yet trusted and accepts it only if its SHA-256 is the one
 * that the operator was given by other means; nothing else is sent or read before that.
 * @returns the certificate in PEM
 */
export async function fetchRoot(url: string, fingerprint: string): Promise<string> {
  const wanted = readFingerprint(fingerprint);
  const bytes = await download(new URL(path, url));
  let root: X509Certificate;
  try {
    root = new X509Certificate(bytes);
  } catch (error) {
    throw new CliError('cli.untrusted', `${url}${path} answered something that is no certificate.`, { cause: error });
  }
  const found = root.fingerprint256.replaceAll(':', '').toLowerCase();
  if (found !== wanted) {
    throw new CliError(
      'cli.untrusted',
      `The root certificate of ${url} has the fingerprint ${found}, not the one given. ` +
        'Compare with what the server prints at its start; someone may stand between you and it.',
    );
  }
  if (!root.ca) throw new CliError('cli.untrusted', `The certificate at ${url}${path} is not one of an authority.`);
  return root.toString();
}

function download(url: URL): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new CliError('cli.unreachable', `${url.origin} cannot be reached: ${error.message}`, { cause: error }));
    const options = { rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(patience) } as const;
    const request = get(url, options, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        fail(new Error(`${url.pathname} answered with status ${response.statusCode}`));
        return;
      }
      readBounded(response, longest, 'The root certificate').then(resolve, fail);
    });
    request.once('error', fail);
  });
}
