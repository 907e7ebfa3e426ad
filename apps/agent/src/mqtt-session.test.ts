import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSession, type SessionOptions } from './mqtt-session.ts';
import {
  createTestAuthority,
  deviceUriOf,
  startTestFrontDoor,
  type TestFrontDoor,
  testDevice,
  until,
} from './testing.ts';

const authority = createTestAuthority();
const identity = authority.leaf(testDevice.serial, [deviceUriOf], 'clientAuth');
let door: TestFrontDoor;

before(async () => {
  door = await startTestFrontDoor(authority);
});
after(() => door.stop());

const open = (change: Partial<SessionOptions> = {}) =>
  openSession({
    host: '127.0.0.1',
    port: door.port,
    trust: authority.pem,
    ...identity,
    clientId: 'x',
    keepAliveSeconds: 60,
    sessionExpirySeconds: 0,
    onMessage: () => {},
    onEnd: () => {},
    ...change,
  });

test('a platform that another root vouches for gets no word', async () => {
  const before = door.connections.length;

  await assert.rejects(open({ trust: createTestAuthority().pem }), { code: 'agent.connection-refused' });

  assert.equal(door.connections.length, before);
});

test('the reason code of each message comes back to whoever sent it', async () => {
  door.answer = ({ topic }) => (topic === 'refused' ? 0x87 : 0);
  const session = await open();

  const codes = await Promise.all(['a', 'refused', 'b'].map((topic) => session.publish(topic, Buffer.from('x'))));

  assert.deepEqual(codes, [0, 0x87, 0]);
  session.end();
});

test('a message without answer counts against the window and fails when the connection ends, as do later ones', async () => {
  door.answer = () => undefined;
  let ended = '';
  const session = await open({ onEnd: (reason) => (ended = reason) });
  const pending = session.publish('a', Buffer.from('x'));
  assert.equal(session.free(), 9);

  door.connections.at(-1)?.cut();

  await assert.rejects(pending, { code: 'agent.connection-lost' });
  await until(() => ended !== '');
  await assert.rejects(session.publish('b', Buffer.from('x')), { code: 'agent.connection-lost' });
});

test('a packet that announces more than an agent takes ends the connection', async () => {
  let ended = '';
  await open({ onEnd: (reason) => (ended = reason) });

  door.connections.at(-1)?.publish('t', { text: 'x'.repeat(2_000_000) });

  await until(() => ended !== '');
  assert.match(ended, /too long/);
});

test('nobody listening is a refusal with the reason of the system', async () => {
  await assert.rejects(open({ port: 1 }), { code: 'agent.connection-refused', message: /ECONNREFUSED/ });
});
