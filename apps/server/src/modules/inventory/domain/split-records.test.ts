import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxRecordBytes, splitRecords } from './split-records.ts';

async function split(text: string | Buffer, quoted: boolean, pieces: number[], offset = 0) {
  const bytes = Buffer.from(text).subarray(offset);
  async function* chunks() {
    let at = 0;
    for (const size of [...pieces, bytes.length]) {
      if (at < bytes.length) yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const out = [];
  for await (const records of splitRecords(chunks(), { offset, quoted })) out.push(...records);
  return out;
}
const texts = async (...args: Parameters<typeof split>) => (await split(...args)).map(({ bytes }) => bytes.toString());

test('records are the same however the bytes arrive, and each says where the next one starts', async () => {
  const text = 'a,b\r\n"x ""1"" \n y",2\n\nlast,3';
  for (let size = 1; size < text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, () => size);
    const records = await split(text, true, pieces);
    assert.deepEqual(
      records.map(({ bytes }) => bytes.toString()),
      ['a,b\r', '"x ""1"" \n y",2', '', 'last,3'],
    );
    for (const [i, { end }] of records.entries()) {
      const rest = await texts(text, true, [3], end);
      assert.deepEqual(
        rest,
        records.slice(i + 1).map(({ bytes }) => bytes.toString()),
      );
    }
  }
});

test('in NDJSON a quotation mark means nothing', async () => {
  assert.deepEqual(await texts('{"a":"x\n{"b":1}\n', false, [2]), ['{"a":"x', '{"b":1}']);
});

test('a quotation mark that is never closed costs its own line only', async () => {
  const records = await split('a,"b\nc,d\ne,f\n', true, [4]);
  assert.deepEqual(
    records.map(({ bytes, fault }) => [bytes.toString(), fault]),
    [
      ['a,"b', 'open-quote'],
      ['c,d', undefined],
      ['e,f', undefined],
    ],
  );
});

test('an open quotation mark far before the end of the file costs its own line only', async () => {
  const line = `${'x'.repeat(999)}\n`;
  const records = await split(`a,"b\n${line.repeat(200)}`, true, [1000, 70_000, 5]);
  assert.equal(records.length, 201);
  assert.deepEqual(records.map(({ fault }) => fault).filter(Boolean), ['open-quote']);
});

test('a record over the bound is refused without being held in memory, and reading goes on behind it', async () => {
  const long = 'y'.repeat(maxRecordBytes * 3);
  for (const pieces of [[], [1000, 100_000], [maxRecordBytes]]) {
    const records = await split(`a\n${long}\nb\n`, false, pieces);
    assert.deepEqual(
      records.map(({ fault }) => fault),
      [undefined, 'too-long', undefined],
    );
    assert.equal(records.at(-1)?.bytes.toString(), 'b');
    const last = await split(`a\n${long}`, true, pieces);
    assert.deepEqual(last.map(({ fault, end }) => [fault, end]).at(-1), ['too-long', 2 + long.length]);
  }
});
