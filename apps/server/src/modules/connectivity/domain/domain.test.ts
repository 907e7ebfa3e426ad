import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { decode, decodeConnect, isHostileText } from './codec.ts';
import { failureKind } from './failure.ts';
import { emptyInbox, frameLength, keepRest, takeIn } from './frames.ts';
import { Refused } from './reasons.ts';
import { fullBucket, refill, waitFor } from './token-bucket.ts';
import { deliveryFor, isWellFormedFilter, matchesFilter } from './topic-filter.ts';

describe('frames', () => {
  it('are held in about their size when they come a byte at a time', () => {
    const inbox = emptyInbox();
    inbox.need = 100_000;
    for (let i = 0; i < 5_000; i++) assert.equal(takeIn(inbox, Buffer.from([i & 0xff])), undefined);

    assert.ok(inbox.chunks.length <= 64, `${inbox.chunks.length} chunks`);
    assert.equal(inbox.bytes, 5_000);
    const whole = takeIn(inbox, Buffer.alloc(95_000));
    assert.equal(whole?.length, 100_000);
    assert.deepEqual([...(whole?.subarray(254, 258) ?? [])], [254, 255, 0, 1]);
  });

  it('come out whole from any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 }),
        (payloads, cuts) => {
          const frames = payloads.map((payload) =>
            generate({ cmd: 'publish', topic: 't', qos: 0, dup: false, retain: false, payload: Buffer.from(payload) }),
          );
          const stream = Buffer.concat(frames);
          const found: Buffer[] = [];
          const inbox = emptyInbox();
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = Math.min(stream.length, at + (cuts[i % cuts.length] as number));
            const data = takeIn(inbox, stream.subarray(at, end));
            at = end;
            if (data === undefined) continue;
            let offset = 0;
            let need = 0;
            while (offset < data.length) {
              const length = frameLength(data, offset, 1_000);
              if (length === 0 || offset + length > data.length) {
                need = length === 0 ? data.length - offset + 1 : length;
                break;
              }
              found.push(Buffer.from(data.subarray(offset, offset + length)));
              offset += length;
            }
            keepRest(inbox, data.subarray(offset), need);
          }
          assert.deepEqual(found, frames);
        },
      ),
    );
  });

  it('are measured by their fixed header alone', () => {
    assert.equal(frameLength(Buffer.from([0x30, 0x05]), 0, 100), 7);
    assert.equal(frameLength(Buffer.from([0x30, 0x80]), 0, 100), 0);
    assert.equal(frameLength(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), 0, 100), -2);
    assert.equal(frameLength(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]), 0, 100), -1);
    assert.equal(frameLength(Buffer.from([0x30, 0x80, 0x00]), 0, 100), -1);
  });
});

describe('the codec', () => {
  it('answers any bytes with a packet or a refusal, and is as good as new afterwards', () => {
    const good = generate(
      { cmd: 'publish', topic: 'a/b', qos: 1, messageId: 7, dup: false, retain: false, payload: 'x' },
      { protocolVersion: 5 },
    );
    const expected = decode(good, 5);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(4 as const, 5 as const),
        (type, body, version) => {
          for (const read of [(frame: Buffer) => decode(frame, version), decodeConnect]) {
            try {
              read(Buffer.from([type, body.length, ...body]));
            } catch (error) {
              assert.ok(error instanceof Refused, String(error));
            }
          }
          assert.deepEqual({ ...decode(good, 5) }, { ...expected });
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('knows text that MQTT forbids', () => {
    for (const text of ['a\u0000b', 'a\u001f', '\u007f', '\u009f', '\ufffd', '\uffff', '\ud800'])
      assert.equal(isHostileText(text), true, escape(text));
    for (const text of ['', 'v1/WVW/x', 'größe/日本', '\u{1f697}']) assert.equal(isHostileText(text), false, text);
  });
});

describe('topic filters', () => {
  it('are well formed when wildcards fill levels and # comes last', () => {
    for (const filter of ['a', '/', '#', '+', 'a/#', '+/+/#', 'a//b'])
      assert.equal(isWellFormedFilter(filter), true, filter);
    for (const filter of ['', 'a#', 'a/#/b', 'a+/b', '+a', '##'])
      assert.equal(isWellFormedFilter(filter), false, filter);
  });

  it('match as MQTT 5 s4.7 says', () => {
    const yes = [
      ['#', 'a/b'],
      ['a/#', 'a'],
      ['a/#', 'a/b/c'],
      ['+/b', 'a/b'],
      ['a/+', 'a/'],
      ['+', 'a'],
      ['/+', '/a'],
      ['$SYS/#', '$SYS/x'],
    ] as const;
    const no = [
      ['#', '$SYS/x'],
      ['+/x', '$SYS/x'],
      ['a/+', 'a'],
      ['a/+', 'a/b/c'],
      ['a', 'A'],
      ['+', '/a'],
      ['a/b', 'a'],
    ] as const;
    for (const [filter, topic] of yes) assert.equal(matchesFilter(filter, topic), true, `${filter} ${topic}`);
    for (const [filter, topic] of no) assert.equal(matchesFilter(filter, topic), false, `${filter} ${topic}`);
  });

  it('that overlap give one delivery at the highest quality with all identifiers', () => {
    const filters = [
      { filter: 'a/#', qos: 0, identifier: 1 },
      { filter: 'a/b', qos: 1, identifier: undefined },
      { filter: 'a/+', qos: 0, identifier: 2 },
      { filter: 'c', qos: 2, identifier: 3 },
    ] as const;
    assert.deepEqual(deliveryFor(filters, 'a/b'), { qos: 1, identifiers: [1, 2] });
    assert.equal(deliveryFor(filters, 'x'), undefined);
  });
});

describe('a token bucket', () => {
  it('fills with time up to its burst and says how long to wait', () => {
    const bucket = fullBucket(10, 0);
    bucket.tokens = 0;
    assert.equal(waitFor(bucket, 5, 100), 50);
    refill(bucket, 100, 10, 50);
    assert.equal(bucket.tokens, 5);
    refill(bucket, 100, 10, 10_000);
    assert.equal(bucket.tokens, 10);
    refill(bucket, 100, 10, 5_000);
    assert.equal(bucket.tokens, 10, 'a clock that goes back takes nothing away');
  });
});

describe('a failed transaction', () => {
  it('is the fault of the data only when that is certain', () => {
    for (const code of ['22003', '23505', '23514', '54000', 'P0001']) assert.equal(failureKind({ code }), 'data', code);
    for (const error of [
      { code: '57P01' },
      { code: '40001' },
      { code: '40P01' },
      { code: '53300' },
      { code: '42P01' },
      { code: 'ECONNREFUSED' },
      new Error('Connection terminated unexpectedly'),
      undefined,
    ]) {
      assert.equal(failureKind(error), 'ground');
    }
    assert.equal(failureKind(new TypeError('x is undefined')), 'data');
  });
});
