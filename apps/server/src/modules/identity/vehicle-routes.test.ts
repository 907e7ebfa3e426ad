import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { toPem } from '@bulkhead/pki';
import { claimCredentials, enrolDevice, estRequest, openTestIdentity, type TestIdentity } from './testing.ts';

let it: TestIdentity;
before(async () => {
  it = await openTestIdentity();
});
after(() => it.close());

const vin = 'WVWZZZ1JZXW000001';

test('cacerts needs no certificate, comes in one line, and in wrapped lines for libest', async () => {
  const plain = await estRequest(it, 'cacerts');
  const wrapped = await estRequest(it, 'cacerts', { headers: { 'User-Agent': 'libest/3.2' } });

  assert.equal(plain.status, 200);
  assert.equal(plain.text.trim().split('\n').length, 1);
  assert.ok(
    wrapped.text
      .trim()
      .split('\n')
      .every((line) => line.length <= 64),
  );
  assert.equal(wrapped.text.replaceAll('\n', ''), plain.text.trim());
});

test('a resumed TLS session still says who the client is', async () => {
  const serial = 'ECU-1';
  const claim = await claimCredentials(it.identity);
  it.inventory.add(vin, serial);
  const device = await enrolDevice(it, claim, vin, serial);
  const options = {
    host: 'localhost',
    port: it.httpsPort,
    ca: it.identity.rootPem,
    key: device.key.export({ format: 'pem', type: 'pkcs8' }),
    cert: toPem('CERTIFICATE', device.der),
  };
  // A refused renewal tells that the client was known: without a certificate it would be 401.
  const ask = (session?: Buffer) =>
    new Promise<{ status: string; reused: boolean; session: Buffer | undefined }>((resolve, reject) => {
      let ticket: Buffer | undefined;
      const socket = connect({ ...options, ...(session ? { session } : {}) }, () => {
        socket.write(
          'POST /.well-known/est/simplereenroll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
        );
      });
      socket.on('session', (given: Buffer) => {
        ticket = given;
      });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('end', () => resolve({ status: text.slice(9, 12), reused: socket.isSessionReused(), session: ticket }));
      socket.on('error', reject);
    });

  const first = await ask();
  const second = await ask(first.session);

  assert.deepEqual([first.status, first.reused], ['415', false]);
  assert.deepEqual([second.status, second.reused], ['415', true]);
});

test('header names keep the case that strict clients look for', async () => {
  const headers = await rawHeaders();
  assert.ok(headers.includes('Content-Type'));
  assert.ok(headers.includes('Content-Transfer-Encoding'));
});

async function rawHeaders(): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      {
        host: 'localhost',
        port: it.httpsPort,
        path: '/.well-known/est/cacerts',
        ca: it.identity.rootPem,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.rawHeaders);
      },
    );
    sent.on('error', reject).end();
  });
}
