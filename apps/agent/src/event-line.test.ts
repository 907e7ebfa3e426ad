import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLineSplitter, maxLineBytes, readEventLine } from './event-line.ts';

test('an event of a local program is taken with what it may carry', () => {
  const line = '{"type":"can.unknown-id","severity":"low","ecuSerial":"GW-1","data":{"id":7}}';

  assert.deepEqual(readEventLine(line), JSON.parse(line));
});

test('what the platform would refuse for ever is refused at once, with the reason', () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ['x', /not JSON/],
    ['7', /not an object/],
    ['{"type":"A b","severity":"low"}', /type must be/],
    ['{"type":"a","severity":"loud"}', /severity must be one of/],
    ['{"type":"a","severity":"low","ecuSerial":"a/b"}', /ecuSerial/],
    ['{"type":"a","severity":"low","data":[]}', /data must be an object/],
    ['{"type":"a","severity":"low","seq":1}', /"seq" is not known/],
  ];

  for (const [line, fault] of faults) assert.match((readEventLine(line) as { fault: string }).fault, fault);
});

test('lines are cut wherever the chunks end, and one without end takes no memory', () => {
  const lines: (string | undefined)[] = [];
  const split = createLineSplitter((line) => lines.push(line));

  for (const text of ['a', 'b\nc', '\n', '\nd\n', 'e']) split(Buffer.from(text));
  for (let i = 0; i < 10; i++) split(Buffer.alloc(maxLineBytes, 0x78));
  split(Buffer.from('\nlast\n'));

  assert.deepEqual(lines, ['ab', 'c', '', 'd', undefined, 'last']);
});
