import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bench = fileURLToPath(new URL('./bench.ts', import.meta.url));
const allowed = new Set(['bench', 'value', 'unit', 'against', 'ratio', 'budget', 'met']);

test('a bench with --json prints one JSON object per figure and nothing else', { timeout: 180_000 }, async () => {
  const { stdout } = await run(process.execPath, [bench, 'audit', 'events.commit', '--quick', '--json']);

  const figures = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

  assert.ok(figures.length >= 6, stdout);
  for (const figure of figures) {
    assert.ok(Number(figure.value) > 0, JSON.stringify(figure));
    assert.equal(typeof figure.unit, 'string');
    assert.deepEqual(
      Object.keys(figure).filter((key) => !allowed.has(key)),
      [],
    );
    assert.equal(typeof figure.met, figure.budget === undefined ? 'undefined' : 'boolean');
  }
  const areas = new Set(figures.map(({ bench: name }) => String(name).split('.')[0]));
  assert.deepEqual([...areas].sort(), ['audit', 'events']);
});

test('a name that no bench has is refused with the list of those there are', async () => {
  await assert.rejects(
    run(process.execPath, [bench, 'no.such']),
    (error: Error & { code?: number; stderr?: string }) =>
      error.code === 1 && /no bench "no\.such"/.test(error.stderr ?? '') && /est\.issue/.test(error.stderr ?? ''),
  );
});
