import assert from 'node:assert/strict';
import { it } from 'node:test';
import { manualClock } from './clock.ts';

it('a manual clock stands still until it is told to move, and what it gave out does not move with it', () => {
  const clock = manualClock('2026-11-20T10:00:00Z');
  const before = clock.now();
  clock.advance(1_500);
  before.setFullYear(1999);

  assert.equal(clock.now().toISOString(), '2026-11-20T10:00:01.500Z');
});
