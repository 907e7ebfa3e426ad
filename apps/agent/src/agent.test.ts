import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { downlinkFilter, downlinkTopic, parseUplink } from '@bulkhead/contract';
import { systemClock } from '@bulkhead/kernel';
import { type Agent, type AgentOptions, createAgent } from './agent.ts';
import { openState } from './state.ts';
import {
  createTestAuthority,
  freshDirectory,
  serialNumberOf,
  startTestEst,
  startTestFrontDoor,
  type TestEst,
  type TestFrontDoor,
  testDevice,
  until,
} from './testing.ts';

const { vin, serial } = testDevice;
const authority = createTestAuthority();
const running: Agent[] = [];
let door: TestFrontDoor;
let est: TestEst;

before(async () => {
  est = await startTestEst(authority);
});
beforeEach(async () => {
  for (const agent of running.splice(0)) agent.stop();
  await door?.stop();
  door = await startTestFrontDoor(authority);
  est.intercept = () => false;
  est.requests.length = 0;
});
after(async () => {
  for (const agent of running) agent.stop();
  await door.stop();
  await est.stop();
});

function start(directory = freshDirectory(), change: Partial<AgentOptions> = {}): Agent {
  const agent = createAgent({
    vin,
    serial,
    estUrl: est.url,
    mqtt: { host: '127.0.0.1', port: door.port },
    trust: authority.pem,
    state: { directory, durable: false },
    claim: () => est.claim,
    inventory: () => ({ software: [{ ecuSerial: serial, name: 'os', version: '1' }], ecus: [{ serial }] }),
    clock: systemClock,
    spread: 0,
    ...change,
  });
  running.push(agent);
  agent.start();
  return agent;
}

interface ReceivedEvent {
  readonly boot: number;
  readonly seq: number;
  readonly type: string;
}
const on = (channel: string) => door.published.filter(({ topic }) => parseUplink(topic)?.channel === channel);
const events = () => on('events').flatMap(({ payload }) => JSON.parse(payload) as ReceivedEvent[]);

test('an agent enrols, connects under its own name, subscribes, beats and reports what is installed', async () => {
  const agent = start();
  await until(() => agent.status().waitingEvents === 0 && agent.status().state === 'online');

  assert.deepEqual(
    est.requests.map(({ path, by }) => [path, by]),
    [['/.well-known/est/simpleenroll', 'plant']],
  );
  assert.equal(door.connections[0]?.clientId, `${vin}:${serial}`);
  assert.deepEqual(door.subscribed, [downlinkFilter(vin, serial)]);
  assert.equal(on('heartbeat').length, 1);
  assert.match(on('inventory')[0]?.payload ?? '', /"name":"os","version":"1"/);
  assert.deepEqual(
    events().map(({ boot, seq, type }) => [boot, seq, type]),
    [[1, 0, 'agent.started']],
  );
});

test('events reported without a network arrive in order when it is back', async () => {
  const agent = start();
  await until(() => agent.status().waitingEvents === 0 && agent.status().state === 'online');

  agent.setNetwork(false);
  await until(() => agent.status().state === 'waiting');
  for (let i = 0; i < 120; i++) agent.report({ type: `test.n${i}`, severity: 'info' });
  assert.equal(agent.status().waitingEvents, 120);
  agent.setNetwork(true);
  await until(() => agent.status().waitingEvents === 0);

  assert.deepEqual(
    events().map(({ seq }) => seq),
    Array.from({ length: 121 }, (_, i) => i),
  );
  assert.equal(door.connections.length, 2);
});

test('a connection that is cut is opened again, and the identity is kept', async () => {
  const agent = start();
  await until(() => agent.status().state === 'online');

  door.connections[0]?.cut();
  await until(() => door.connections.length === 2 && agent.status().state === 'online');

  assert.equal(est.requests.length, 1);
});

test('the boot counter rises with each start, so that no event has the name of another', async () => {
  const directory = freshDirectory();
  const first = start(directory);
  await until(() => first.status().state === 'online' && first.status().waitingEvents === 0);
  first.stop();

  const second = start(directory);
  await until(() => second.status().state === 'online' && second.status().waitingEvents === 0);

  assert.deepEqual(
    events().map(({ boot, seq }) => [boot, seq]),
    [
      [1, 0],
      [2, 0],
    ],
  );
});

test('when the answer to an enrolment is lost, the same key asks again', async () => {
  const directory = freshDirectory();
  est.intercept = (response, number) => {
    if (number > 1) return false;
    response.destroy();
    return true;
  };

  const agent = start(directory);
  await until(() => agent.status().state === 'online');

  assert.equal(est.requests.length, 2);
  assert.equal(est.requests[0]?.key, est.requests[1]?.key);
});

test('a command that comes in one piece with the CONNACK is carried out and answered', async () => {
  const payload = JSON.stringify({ id: 'c1', command: 'report-inventory' });
  const topic = downlinkTopic(vin, serial, 'commands');
  door.withConnack = [{ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: 3 }];

  start();
  await until(() => on('ack').length > 0);

  assert.deepEqual(JSON.parse(on('ack')[0]?.payload ?? ''), { id: 'c1', outcome: 'done' });
  assert.equal(on('inventory').length, 2);
});

test('an unknown, late or unreadable command is refused or passed over, and the connection stays', async () => {
  const agent = start();
  await until(() => agent.status().state === 'online');
  const topic = downlinkTopic(vin, serial, 'commands');
  const [connection] = door.connections;

  connection?.publish(topic, { id: 'c1', command: 'open-doors' });
  connection?.publish(topic, { id: 'c2', command: 'report-inventory', expiresAt: '2020-01-01T00:00:00Z' });
  connection?.publish(topic, { command: 5 });
  await until(() => on('ack').length === 2);

  assert.deepEqual(
    on('ack').map(({ payload }) => (JSON.parse(payload) as { outcome: string }).outcome),
    ['refused', 'refused'],
  );
  assert.equal(door.connections.length, 1);
});

test('a renewal asks by the certificate in use for a new key, and the next connection shows the new certificate', async () => {
  const directory = freshDirectory();
  const agent = start(directory);
  await until(() => agent.status().state === 'online');
  const [before] = door.connections;

  before?.publish(downlinkTopic(vin, serial, 'commands'), { id: 'c1', command: 'renew-certificate' });
  await until(() => door.connections.length === 2 && agent.status().waitingEvents === 0);

  const [first, second] = est.requests;
  assert.deepEqual([second?.path, second?.by], ['/.well-known/est/simplereenroll', serial]);
  assert.notEqual(second?.key, first?.key);
  assert.notEqual(door.connections[1]?.serialNumber, before?.serialNumber);
  const kept = openState({ directory, durable: false }).identity();
  assert.equal(serialNumberOf(kept?.chain ?? ''), door.connections[1]?.serialNumber);
  assert.ok(events().some(({ type }) => type === 'agent.certificate-renewed'));
});

test('without identity and without claim certificate the agent waits, says why, and loses nothing', async () => {
  const agent = start(freshDirectory(), { claim: () => undefined });
  await until(() => agent.status().state === 'waiting');

  assert.match(agent.status().detail, /no claim certificate/);
  assert.equal(agent.status().waitingEvents, 1);
  assert.equal(door.connections.length, 0);
});

test('what is reported after the stop waits for the next start', async () => {
  const directory = freshDirectory();
  const first = start(directory);
  await until(() => first.status().state === 'online' && first.status().waitingEvents === 0);
  first.stop();
  first.report({ type: 'test.late', severity: 'info' });

  const second = start(directory);
  await until(() => second.status().state === 'online' && second.status().waitingEvents === 0);

  assert.deepEqual(
    events().map(({ type }) => type),
    ['agent.started', 'test.late', 'agent.started'],
  );
});

test('an agent told to stop while its first report is being answered stays stopped', async () => {
  const agent = start();
  door.answer = () => {
    agent.stop();
    return 0;
  };
  await until(() => agent.status().state === 'stopped');
  // longer than the first reconnect takes
  await new Promise((resolve) => setTimeout(resolve, 1_500));

  assert.equal(agent.status().state, 'stopped');
  assert.equal(door.connections.length, 1);
});

test('an event that is far too long is kept as the fact that it was', async () => {
  const agent = start();
  agent.report({ type: 'test.long', severity: 'info', data: { text: 'x'.repeat(100_000) } });
  await until(() => agent.status().state === 'online' && agent.status().waitingEvents === 0);

  const long = events().find(({ type }) => type === 'test.long') as ReceivedEvent & { data: object };
  assert.deepEqual(Object.keys(long.data), ['tooLong']);
});
