import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '@bulkhead/pki';
import { cores } from './processor.ts';
import { timed } from './programs.ts';

const configuration = `[ca]
default_ca = bench
[bench]
database = index.txt
serial = serial
new_certs_dir = issued
certificate = ca.pem
private_key = ca.key
default_days = 365
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ocsp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
`;

/** A CA of `openssl ca` with a P-256 key, as its manual sets one up, and an OCSP responder certificate of it. */
export async function openOpensslCa(directory: string) {
  mkdirSync(join(directory, 'issued'), { recursive: true });
  writeFileSync(join(directory, 'ca.cnf'), configuration);
  writeFileSync(join(directory, 'index.txt'), '');
  writeFileSync(join(directory, 'serial'), '1000\n');
  const openssl = (...words: string[]) => timed(['openssl', ...words], { cwd: directory, core: cores.server });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'ca.cnf'];
  const root = ['-x509', '-extensions', 'root', '-subj', '/CN=Peer', '-days', '30'];
  await openssl('req', ...root, ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem');
  await openssl('req', ...newKey, '-keyout', 'ocsp.key', '-out', 'ocsp.csr', '-subj', '/CN=Peer OCSP');
  const sign = ['ca', '-batch', '-notext', '-config', 'ca.cnf'];
  await openssl(...sign, '-extensions', 'ocsp', '-in', 'ocsp.csr', '-out', 'ocsp.pem');
  return Object.freeze({
    directory,
    openssl,
    /** Signs requests in one process, one batch, as `openssl ca` is at its best. */
    issue: async (requests: readonly Buffer[]): Promise<{ seconds: number; cpu: number }> => {
      const names = requests.map((der, i) => {
        writeFileSync(join(directory, `${i}.csr`), toPem('CERTIFICATE REQUEST', der));
        return `${i}.csr`;
      });
      return openssl(...sign, '-infiles', ...names);
    },
  });
}
