import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused } from '../testing.ts';
import { readCompiledFiles } from './read-compiled-files.ts';

test('paths of a build become paths in the source tree', () => {
  const expected = ['init/main.c', 'net/can/raw.c'];
  assert.deepEqual([...readCompiledFiles('init/main.c\r\n./net/can/raw.c\n\n# end\n')], expected);
  assert.deepEqual([...readCompiledFiles('/build/src/init/main.c\n/build/src/net/can/raw.c')], expected);
  const commands = [
    { directory: '/build/obj', file: '/build/src/init/main.c' },
    { directory: '/build/src', file: 'net/can/raw.c' },
  ];
  assert.deepEqual([...readCompiledFiles(JSON.stringify(commands))], expected);
});

test('an object file stands for its source in C and in assembler: too much is safe, too little is not', () => {
  assert.deepEqual([...readCompiledFiles('init/main.o')], ['init/main.c', 'init/main.S']);
});

test('a list that cannot be placed is refused: it would call all code absent', () => {
  assertRefused(() => readCompiledFiles('/build/src/net/can/raw.c'), 'advisory.wrong-value', '$');
  assertRefused(() => readCompiledFiles('[{"file":7}]'), 'advisory.wrong-value', '$[0].file');
  assertRefused(() => readCompiledFiles('[null'), 'advisory.not-json', '$');
  assertRefused(() => readCompiledFiles(`a\n${'x'.repeat(2000)}`), 'advisory.too-large', 'line 2');
});
