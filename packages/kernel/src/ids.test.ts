import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isId, newId } from './ids.ts';

/** RFC 9562 s5.7: the first 48 bits are milliseconds since 1970. */
const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
const many = 20_000;

describe('a new id', () => {
  it('is a UUID of version 7 and variant 10 (RFC 9562 s4.1, s5.7)', () => {
    for (let i = 0; i < 1_000; i++)
      assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is unlike every other and sorts after those made before it, as text too', () => {
    const ids = Array.from({ length: many }, () => newId());

    assert.equal(new Set(ids).size, many);
    assert.deepEqual([...ids].sort(), ids);
  });

  it('keeps order and uniqueness when one millisecond makes more than its counter holds', () => {
    const at = Date.now() + 60_000;
    const ids = Array.from({ length: many }, () => newId(at));

    assert.equal(new Set(ids).size, many);
    assert.deepEqual([...ids].sort(), ids);
    // 12 bits of counter: the surplus borrows from the milliseconds that follow
    assert.ok(timeOf(ids.at(-1) ?? '') - at <= many / 4096 + 1);
  });

  it('never sorts before an older one when the clock steps back', () => {
    const now = Date.now() + 120_000;
    const first = newId(now);
    const second = newId(now - 3_600_000);

    assert.ok(second > first, `${second} after ${first}`);
  });

  it('carries the time it was made at', () => {
    const later = Date.now() + 600_000;

    assert.equal(timeOf(newId(later)), later);
  });

  it('holds random bits that differ within one millisecond', () => {
    const at = Date.now() + 1_200_000;
    const tails = new Set(Array.from({ length: 1_000 }, () => newId(at).slice(19)));

    assert.equal(tails.size, 1_000);
  });
});

describe('what is taken for an id', () => {
  it('is lower-case UUID text and nothing around it', () => {
    const id = newId();

    assert.equal(isId(id), true);
    for (const wrong of [
      '',
      '018F3A2B-4C5D-7E6F-8A9B-0C1D2E3F4A5B',
      id.slice(1),
      `${id}0`,
      ` ${id}`,
      `${id}\n`,
      id.replaceAll('-', ''),
      `{${id}}`,
      '00000000-0000-0000-0000-000000000000',
      `${id.slice(0, 14)}9${id.slice(15)}`,
      `${id.slice(0, 19)}c${id.slice(20)}`,
    ])
      assert.equal(isId(wrong), false, JSON.stringify(wrong));
  });
});
