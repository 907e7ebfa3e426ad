import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonForm, jsonFormOf, splitJson } from './split-json.ts';

async function split(text: string, form: JsonForm, { step = 1_000, maxBytes = 1_000 } = {}) {
  const bytes = Buffer.from(text);
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  };
  const found: string[] = [];
  for await (const pieces of splitJson(chunks(), { form, maxBytes }))
    for (const { bytes: piece, fault } of pieces)
      found.push(fault ? `${fault}: ${piece.toString()}` : piece.toString());
  return found;
}

const one = '{"id":"A","text":"a } \\" ] { \\\\","list":[1,{"b":2}]}';
const two = '{"id":"B"}';

test('the values of a file are found one by one, wherever the chunks end', async () => {
  const forms: [string, JsonForm][] = [
    [`${one}\n${two}\n`, 'lines'],
    [`\uFEFF${one}\r\n\r\n${two}`, 'lines'],
    [`[\n${one},\n${two}\n]\n`, 'lines'],
    [`${one}${two}`, 'values'],
    [`[${one} ,\n ${two}]`, 'values'],
    [`\uFEFF [${one},${two}]\n`, 'values'],
  ];
  for (const [text, form] of forms)
    for (const step of [1, 2, 3, 1_000]) assert.deepEqual(await split(text, form, { step }), [one, two], text);
  for (const form of ['lines', 'values'] as const) assert.deepEqual(await split(' \n\n', form), []);
  assert.deepEqual(await split('[]', 'values'), []);
});

test('how the values stand is told by name and beginning', () => {
  const form = (name: string, text: string) => jsonFormOf(name, Buffer.from(text));
  assert.equal(form('a.ndjson', '{'), 'lines');
  assert.equal(form('a.jsonl.gz', '['), 'lines');
  assert.equal(form('a.json', `${one}\n${two}`), 'lines');
  assert.equal(form('a.json', `{"id": broken\n${two}`), 'lines');
  assert.equal(form('a.json', JSON.stringify(JSON.parse(one), null, 2)), 'values');
  assert.equal(form('a.json', '{"id":"A",\n"list":[\n{"x":1}]}'), 'values');
  assert.equal(form('a.json', `[${one}`), 'values');
  assert.equal(form('a.json', one), 'values');
});

test('a broken line costs itself; in an array a broken value costs itself as long as its brackets are even', async () => {
  assert.deepEqual(await split(`${one}\n{"id":"X"\n${two}`, 'lines'), [one, '{"id":"X"', two]);
  assert.deepEqual(await split(`[${one},{"id" "X",},${two}]`, 'values'), [one, '{"id" "X",}', two]);
});

test('a file that ends too early, or holds something else, says so', async () => {
  assert.deepEqual(await split(`[${one},{"id":"B`, 'values'), [one, 'cut-off: {"id":"B']);
  assert.deepEqual(await split(`[${one},`, 'values'), [one, 'cut-off: ']);
  assert.deepEqual(await split('<html><body>Not found</body></html>', 'values'), [
    'no-object: <html><body>Not found</body></html>',
  ]);
  assert.deepEqual(await split(`${one} and more`, 'values'), [one, 'no-object: and more']);
});

test('a value beyond the bound is passed over without being held', async () => {
  const long = `{"text":"${'x'.repeat(5_000)}"}`;
  for (const form of ['lines', 'values'] as const) {
    const found = await split(`${one}\n${long}\n${two}`, form, { step: 100 });
    assert.deepEqual([found[0], found[2], found.length], [one, two, 3]);
    assert.match(found[1] ?? '', /^too-long: \{"text":"x+$/);
    assert.ok((found[1] ?? '').length <= 2_100);
  }
});
