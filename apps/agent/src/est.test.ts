import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { certsOnly, fromPem, generateKey } from '@bulkhead/pki';
import { type EstOptions, enrol, renew } from './est.ts';
import { createTestAuthority, deviceUriOf, startTestEst, type TestEst, testDevice } from './testing.ts';

const authority = createTestAuthority();
let est: TestEst;

before(async () => {
  est = await startTestEst(authority);
});
beforeEach(() => {
  est.intercept = () => false;
});
after(() => est.stop());

const options = (): EstOptions => ({ url: est.url, trust: authority.pem, ...testDevice });
const answerWith = (chain: string) => {
  est.intercept = (response) => {
    response.end(Buffer.from(certsOnly(fromPem('CERTIFICATE', chain))).toString('base64'));
    return true;
  };
};

test('the certificate is for the key that asked and names the device', async () => {
  const { privateKey } = generateKey();

  const identity = await enrol(options(), est.claim, privateKey);

  const certificate = new X509Certificate(identity.chain);
  assert.ok(certificate.checkPrivateKey(privateKey));
  assert.match(certificate.subjectAltName ?? '', new RegExp(deviceUriOf));
});

test('a renewal is asked for with the certificate in use', async () => {
  const identity = await enrol(options(), est.claim, generateKey().privateKey);

  await renew(options(), identity, generateKey().privateKey);

  const last = est.requests.at(-1);
  assert.deepEqual([last?.path, last?.by], ['/.well-known/est/simplereenroll', testDevice.serial]);
});

test('a certificate for another key is refused', async () => {
  answerWith(authority.leaf(testDevice.serial, [deviceUriOf], 'clientAuth').chain);

  await assert.rejects(enrol(options(), est.claim, generateKey().privateKey), {
    code: 'agent.enrolment-refused',
    message: /not for the key/,
  });
});

test('a certificate that names another device is refused', async () => {
  const other: EstOptions = { ...options(), serial: 'TC-2' };
  const key = generateKey().privateKey;
  const { chain } = await enrol(other, est.claim, key);
  answerWith(chain);

  await assert.rejects(enrol(options(), est.claim, key), { message: /names another device/ });
});

test('a busy service is a matter of time, and says of how much', async () => {
  est.intercept = (response) => {
    response.writeHead(503, { 'Retry-After': '7' }).end('busy');
    return true;
  };

  await assert.rejects(enrol(options(), est.claim, generateKey().privateKey), {
    code: 'agent.enrolment-unreachable',
    fields: { retryAfterSeconds: '7' },
  });
});

test('a refusal carries the words of the service', async () => {
  est.intercept = (response) => {
    response.writeHead(403).end('no such ECU');
    return true;
  };

  await assert.rejects(enrol(options(), est.claim, generateKey().privateKey), {
    code: 'agent.enrolment-refused',
    message: /403.*no such ECU/,
  });
});

test('an answer without end is cut off', async () => {
  est.intercept = (response) => {
    response.end('A'.repeat(1_000_000));
    return true;
  };

  await assert.rejects(enrol(options(), est.claim, generateKey().privateKey), { code: 'agent.enrolment-unreachable' });
});

test('a service that another root vouches for is not asked', async () => {
  const before = est.requests.length;
  const trust = createTestAuthority().pem;

  await assert.rejects(enrol({ ...options(), trust }, est.claim, generateKey().privateKey), {
    code: 'agent.enrolment-unreachable',
  });

  assert.equal(est.requests.length, before);
});
