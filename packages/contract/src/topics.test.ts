import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeHeartbeat, decodeJson, decodeSecurityEvents, messageLimits } from './messages.ts';
import {
  asyncApiDocument,
  clientIdOf,
  downlinkChannelNames,
  downlinkTopic,
  isTopicLevel,
  parseClientId,
  parseDownlink,
  parseUplink,
  uplinkChannelNames,
  uplinkTopic,
} from './topics.ts';

const vin = 'WVWZZZ1KZAW000001';
const serial = 'TCU-0001.a';
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('topics', () => {
  it('come back as they were written, for every channel', () => {
    for (const channel of uplinkChannelNames)
      assert.deepEqual(parseUplink(uplinkTopic(vin, serial, channel)), { vin, serial, channel });
    for (const channel of downlinkChannelNames)
      assert.deepEqual(parseDownlink(downlinkTopic(vin, serial, channel)), { vin, serial, channel });
    assert.deepEqual(parseClientId(clientIdOf(vin, serial)), { vin, serial });
  });

  it('are not understood when anything is out of place', () => {
    const wrong = [
      '',
      'v1',
      `v2/${vin}/${serial}/up/events`,
      `v1/${vin}/${serial}/up`,
      `v1/${vin}/${serial}/up/`,
      `v1/${vin}/${serial}/up/events/x`,
      `v1/${vin}/${serial}/down/events`,
      `v1/${vin}/+/up/events`,
      `/v1/${vin}/${serial}/up/events`,
      `v1/${vin}/${serial}/up/toString`,
    ];
    for (const topic of wrong) assert.equal(parseUplink(topic), undefined, topic);
    for (const id of ['', vin, `${vin}:`, `:${serial}`, `${vin}:${serial}:x`])
      assert.equal(parseClientId(id), undefined, id);
  });

  it('refuse a serial that would change the meaning of a topic', () => {
    for (const bad of ['', 'a/b', '+', '#', '$SYS', 'a b', 'a:b', 'a\u0000', 'x'.repeat(65)]) {
      assert.equal(isTopicLevel(bad), false);
      assert.throws(() => uplinkTopic(vin, bad, 'events'), { code: 'topic.bad-level' });
    }
  });
});

describe('messages', () => {
  const event = { boot: 1, seq: 2, at: '2026-11-20T10:00:00.123Z', type: 'secure-boot.failed', severity: 'high' };

  it('accept one event or a batch and always give a list', () => {
    assert.equal(decodeSecurityEvents(bytes(event)).length, 1);
    assert.equal(decodeSecurityEvents(bytes([event, { ...event, seq: 3 }])).length, 2);
  });

  it('refuse unknown members, wrong types and empty batches, naming the place', () => {
    for (const wrong of [
      { ...event, extra: 1 },
      { ...event, severity: 'worst' },
      { ...event, boot: -1 },
      { ...event, at: 'yesterday' },
      [],
      null,
      3,
    ]) {
      assert.throws(() => decodeSecurityEvents(bytes(wrong)), { code: 'message.not-valid' }, JSON.stringify(wrong));
    }
    assert.throws(() => decodeHeartbeat(bytes({ boot: 1, uptimeS: 'x' })), /\/uptimeS must be number/);
  });

  it('bound size and depth before parsing, and insist on UTF-8', () => {
    assert.throws(() => decodeJson(Buffer.alloc(messageLimits.payloadBytes + 1, 0x20)), { code: 'message.too-large' });
    assert.throws(() => decodeJson(bytes('['.repeat(100_000))), { code: 'message.too-deep' });
    assert.deepEqual(decodeJson(bytes('{"a":"[[[[[[[[[[[[[[\\"[[[["}')), { a: '[[[[[[[[[[[[[["[[[[' });
    assert.throws(() => decodeJson(Buffer.from([0x22, 0xff, 0x22])), { code: 'message.not-json' });
  });
});

describe('the AsyncAPI document', () => {
  it('describes every channel and every reference in it resolves', () => {
    const document = asyncApiDocument();
    assert.equal(Object.keys(document.channels).length, uplinkChannelNames.length + downlinkChannelNames.length);
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] as string);
    assert.ok(references.length >= 18);
    for (const reference of references) {
      const found = reference
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], JSON.parse(text));
      assert.notEqual(found, undefined, reference);
    }
  });
});
