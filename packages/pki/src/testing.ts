import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Certificate, parseCertificate } from './certificate.ts';
import { type CertificateRequest, type Issuer, issueCertificate, selfIssuer } from './issue-certificate.ts';
import { issuerOf } from './issuer.ts';
import { generateKey, type KeyPair, spkiOf } from './keys.ts';
import { randomSerial } from './serial.ts';

/** A CA or an end entity of the test hierarchy. */
export interface Party {
  readonly keys: KeyPair;
  readonly der: Buffer;
  readonly certificate: Certificate;
  readonly issuer: Issuer;
}

export const testNow = new Date('2026-11-20T12:00:00Z');
const year = 365 * 86_400_000;

/** Issues a certificate for a fresh key; without `by` it is self-signed. */
export function issueParty(
  cn: string,
  by: Issuer | undefined,
  change: Partial<CertificateRequest> = {},
  keys = generateKey(),
): Party {
  const subject = [
    { type: 'O', value: 'Bulkhead Test' },
    { type: 'CN', value: cn },
  ];
  const der = issueCertificate({
    subject,
    spki: spkiOf(keys.publicKey),
    serial: randomSerial(),
    notBefore: new Date(testNow.getTime() - year),
    notAfter: new Date(testNow.getTime() + 10 * year),
    basicConstraints: { ca: true },
    keyUsage: ['keyCertSign', 'cRLSign'],
    issuer: by ?? selfIssuer(change.subject ?? subject, keys.privateKey),
    ...change,
  });
  const certificate = parseCertificate(der);
  return { keys, der, certificate, issuer: issuerOf(certificate, keys.privateKey) };
}

export interface Hierarchy {
  readonly root: Party;
  readonly sub: Party;
  readonly device: Party;
  readonly ocsp: Party;
}

/** Root, issuing CA, a device under it with client purpose, and a delegated OCSP signer. */
export function createHierarchy(): Hierarchy {
  const root = issueParty('Root', undefined, { basicConstraints: { ca: true, pathLength: 1 } });
  const sub = issueParty('Issuing CA', root.issuer, { basicConstraints: { ca: true, pathLength: 0 } });
  const device = issueParty('device-1', sub.issuer, {
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
    san: {
      uri: ['urn:bulkhead:ecu:WVWZZZ1JZXW000001:ABC'],
      dns: ['device-1.example'],
      ip: ['192.0.2.7', '2001:db8::1'],
    },
    cdp: 'http://crl.example/issuing.crl',
    aia: { ocsp: 'http://ocsp.example', caIssuers: 'http://crl.example/issuing.cer' },
  });
  const ocsp = issueParty('OCSP', sub.issuer, {
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['ocspSigning'],
    ocspNoCheck: true,
  });
  return { root, sub, device, ocsp };
}

/** `false`, or why tests with the openssl program are skipped and what to do. */
export const withoutOpenssl: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'needs the openssl program: apt-get install openssl';

const run = promisify(execFile);

/** Runs `openssl` and returns everything it printed. */
export async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('openssl', [...args], { timeout: 60_000, maxBuffer: 1 << 24 });
  return (stdout + stderr).replaceAll(' = ', '='); // OpenSSL 3.2 stopped printing blanks inside names
}

/** Writes files to a directory of their own, hands their paths over, and removes them afterwards. */
export async function withFiles<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  use: (path: (name: string) => string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-pki-'));
  try {
    await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(directory, name), content)));
    return await use((name) => join(directory, name));
  } finally {
    await rm(directory, { recursive: true });
  }
}
