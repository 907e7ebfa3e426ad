import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toPem } from '@bulkhead/pki';
import { claimCredentials, openTestIdentity, runProgram, type TestIdentity, testActor, without } from './testing.ts';

let it: TestIdentity;
let directory: string;
const vin = 'WVWZZZ1JZXW000001';
const skip = without('openssl', 'curl');
before(async () => {
  it = await openTestIdentity();
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-clients-'));
  writeFileSync(path('root.pem'), it.identity.rootPem);
  const claim = await claimCredentials(it.identity);
  writeFileSync(path('claim.key'), claim.key.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(path('claim.pem'), toPem('CERTIFICATE', claim.der));
  for (const serial of ['ECU-1', 'ECU-2', 'ECU-3']) it.inventory.add(vin, serial);
});
after(async () => {
  rmSync(directory, { recursive: true, force: true });
  await it.close();
});

const path = (name: string) => join(directory, name);

async function succeed(program: string, ...args: string[]): Promise<string> {
  const { code, output } = await runProgram(program, args);
  assert.equal(code, 0, `${program} ${args.join(' ')}\n${output}`);
  return output;
}
const openssl = (...args: string[]) => succeed('openssl', ...args);

/** curl as an EST client; returns the HTTP status. */
async function curlEst(operation: string, client: string | undefined, request?: string): Promise<string> {
  const url = `https://localhost:${it.httpsPort}/.well-known/est/${operation}`;
  const identity = client ? ['--cert', path(`${client}.pem`), '--key', path(`${client}.key`)] : [];
  const body = request ? ['-H', 'Content-Type: application/pkcs10', '--data-binary', `@${path(request)}`] : [];
  return succeed(
    'curl',
    '-sS',
    '--cacert',
    path('root.pem'),
    ...identity,
    ...body,
    '-o',
    path('answer.b64'),
    '-w',
    '%{http_code}',
    url,
  );
}

/** Key and request by openssl, in the documented form. */
async function makeRequest(name: string, serial: string): Promise<void> {
  const uri = `subjectAltName=URI:urn:bulkhead:vin:${vin}:ecu:${serial}`;
  await openssl(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    path(`${name}.key`),
    '-subj',
    `/CN=${serial}`,
    '-addext',
    uri,
    '-outform',
    'DER',
    '-out',
    path(`${name}.der`),
  );
  await openssl('base64', '-in', path(`${name}.der`), '-out', path(`${name}.b64`));
}

async function takeCertificate(name: string): Promise<void> {
  await openssl('base64', '-d', '-A', '-in', path('answer.b64'), '-out', path('answer.p7'));
  await openssl('pkcs7', '-inform', 'DER', '-in', path('answer.p7'), '-print_certs', '-out', path(`${name}.pem`));
}

async function enrol(name: string, serial: string): Promise<void> {
  await makeRequest(name, serial);
  assert.equal(await curlEst('simpleenroll', 'claim', `${name}.b64`), '200', readFileSync(path('answer.b64'), 'utf8'));
  await takeCertificate(name);
}

const serialOf = async (name: string) =>
  (await openssl('x509', '-in', path(`${name}.pem`), '-noout', '-serial')).trim().replace('serial=', '').toLowerCase();

async function fetchChain(): Promise<void> {
  await succeed('curl', '-sSf', '-o', path('vehicles.crt'), `http://127.0.0.1:${it.httpPort}/pki/ca/vehicles.crt`);
  await openssl('x509', '-inform', 'DER', '-in', path('vehicles.crt'), '-out', path('vehicles.pem'));
}

test('curl and openssl do a whole EST: cacerts, simpleenroll, simplereenroll', { skip }, async () => {
  assert.equal(await curlEst('cacerts', undefined), '200');
  await takeCertificate('chain');
  await enrol('ecu1', 'ECU-1');
  await openssl(
    'verify',
    '-CAfile',
    path('root.pem'),
    '-untrusted',
    path('chain.pem'),
    '-purpose',
    'sslclient',
    '-x509_strict',
    path('ecu1.pem'),
  );

  await makeRequest('renewed', 'ECU-1');
  assert.equal(await curlEst('simplereenroll', 'ecu1', 'renewed.b64'), '200', readFileSync(path('answer.b64'), 'utf8'));
  await takeCertificate('renewed');

  const text = await openssl('x509', '-in', path('renewed.pem'), '-noout', '-text');
  assert.match(text, /urn:bulkhead:vin:WVWZZZ1JZXW000001:ecu:ECU-1/);
  assert.match(text, /TLS Web Client Authentication/);
});

test('openssl ocsp sees good, then revoked with its reason, and unknown for a serial never issued', {
  skip,
}, async () => {
  await fetchChain();
  await enrol('ecu2', 'ECU-2');
  const ask = (...which: string[]) =>
    runProgram('openssl', [
      'ocsp',
      '-issuer',
      path('vehicles.pem'),
      ...which,
      '-CAfile',
      path('root.pem'),
      '-verify_other',
      path('vehicles.pem'),
      '-url',
      `http://127.0.0.1:${it.httpPort}/pki/ocsp/vehicles`,
    ]);

  const good = await ask('-cert', path('ecu2.pem'));
  const unknown = await ask('-serial', '0x4242424242424242');
  await it.identity.revoke(await serialOf('ecu2'), { reason: 'keyCompromise', by: testActor });
  const revoked = await ask('-sha256', '-cert', path('ecu2.pem'));

  assert.match(good.output, /Response verify OK/);
  assert.match(good.output, /ecu2\.pem: good/);
  assert.match(unknown.output, /unknown/);
  assert.match(revoked.output, /Response verify OK/);
  assert.match(revoked.output, /ecu2\.pem: revoked\s[^]*Reason: keyCompromise/);
});

test('openssl verify -crl_check_all accepts a certificate and refuses it once its revocation is published', {
  skip,
}, async () => {
  await fetchChain();
  await enrol('ecu3', 'ECU-3');
  const fetchCrls = async () => {
    await it.identity.flush();
    for (const name of ['vehicles', 'root']) {
      await succeed('curl', '-sSf', '-o', path(`${name}.crl`), `http://127.0.0.1:${it.httpPort}/pki/crl/${name}.crl`);
      await openssl('crl', '-inform', 'DER', '-in', path(`${name}.crl`), '-out', path(`${name}.crl.pem`));
    }
    writeFileSync(
      path('crls.pem'),
      readFileSync(path('vehicles.crl.pem'), 'utf8') + readFileSync(path('root.crl.pem'), 'utf8'),
    );
  };
  const verify = () =>
    runProgram('openssl', [
      'verify',
      '-crl_check_all',
      '-CAfile',
      path('root.pem'),
      '-untrusted',
      path('vehicles.pem'),
      '-CRLfile',
      path('crls.pem'),
      path('ecu3.pem'),
    ]);

  await fetchCrls();
  const before = await verify();
  await it.identity.revoke(await serialOf('ecu3'), { reason: 'cessationOfOperation', by: testActor });
  await fetchCrls();
  const afterwards = await verify();

  assert.match(before.output, /OK/, before.output);
  assert.match(afterwards.output, /certificate revoked/);
});

test('openssl s_client trusts the server by the root alone', { skip }, async () => {
  const { output } = await runProgram('openssl', [
    's_client',
    '-connect',
    `127.0.0.1:${it.httpsPort}`,
    '-servername',
    'localhost',
    '-verify_hostname',
    'localhost',
    '-CAfile',
    path('root.pem'),
    '-verify_return_error',
    '-tls1_2',
    '-brief',
  ]);

  assert.match(output, /Verification: OK/);
});
