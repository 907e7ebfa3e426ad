import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, type VersionScheme } from './version.ts';

/** The procedures as their specifications write them down, character by character: slower, and without keys. */

const isDigit = (char: string | undefined): boolean => char !== undefined && /^[0-9]$/.test(char);
const sign = (value: number): number => Math.sign(value);

/** deb-version(7), "Sorting algorithm"; `verrevcmp` of dpkg. */
function comparePart(left: string, right: string): number {
  const weight = (char: string | undefined): number => {
    if (char === undefined || isDigit(char)) return 0;
    if (char === '~') return -1;
    return /^[A-Za-z]$/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
  };
  let [a, b] = [left, right];
  while (a !== '' || b !== '') {
    while ((a !== '' && !isDigit(a[0])) || (b !== '' && !isDigit(b[0]))) {
      const order = weight(a[0]) - weight(b[0]);
      if (order !== 0) return sign(order);
      a = a.slice(1);
      b = b.slice(1);
    }
    const [x, y] = [/^\d*/.exec(a)?.[0] ?? '', /^\d*/.exec(b)?.[0] ?? ''];
    const order = BigInt(x || '0') - BigInt(y || '0');
    if (order !== 0n) return order < 0n ? -1 : 1;
    a = a.slice(x.length);
    b = b.slice(y.length);
  }
  return 0;
}

function compareDeb(a: string, b: string): number {
  const split = (text: string): [bigint, string, string] => {
    const epoch = /^(\d+):/.exec(text);
    const rest = text.slice(epoch?.[0].length ?? 0);
    const dash = rest.lastIndexOf('-');
    return [BigInt(epoch?.[1] ?? '0'), dash < 0 ? rest : rest.slice(0, dash), dash < 0 ? '' : rest.slice(dash + 1)];
  };
  const [left, right] = [split(a), split(b)];
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  return comparePart(left[1], right[1]) || comparePart(left[2], right[2]);
}

/** `rpmvercmp` of rpm 4.15 and later. */
function rpmvercmp(left: string, right: string): number {
  let [a, b] = [left, right];
  while (a !== '' || b !== '') {
    a = a.replace(/^[^A-Za-z0-9~^]+/, '');
    b = b.replace(/^[^A-Za-z0-9~^]+/, '');
    if (a.startsWith('~') || b.startsWith('~')) {
      if (!a.startsWith('~')) return 1;
      if (!b.startsWith('~')) return -1;
      [a, b] = [a.slice(1), b.slice(1)];
      continue;
    }
    if (a.startsWith('^') || b.startsWith('^')) {
      if (a === '') return -1;
      if (b === '') return 1;
      if (!a.startsWith('^')) return 1;
      if (!b.startsWith('^')) return -1;
      [a, b] = [a.slice(1), b.slice(1)];
      continue;
    }
    if (a === '' || b === '') break;
    const isNumber = isDigit(a[0]);
    const pattern = isNumber ? /^[0-9]*/ : /^[A-Za-z]*/;
    const [x, y] = [pattern.exec(a)?.[0] ?? '', pattern.exec(b)?.[0] ?? ''];
    if (y === '') return isNumber ? 1 : -1;
    const order = isNumber ? Number(BigInt(x) - BigInt(y)) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return sign(order);
    a = a.slice(x.length);
    b = b.slice(y.length);
  }
  return a === '' && b === '' ? 0 : a === '' ? -1 : 1;
}

function compareRpm(a: string, b: string): number {
  const split = (text: string): [string, string, string | undefined] => {
    const epoch = /^(\d*):/.exec(text);
    const rest = text.slice(epoch?.[0].length ?? 0);
    const dash = rest.lastIndexOf('-');
    return [epoch?.[1] || '0', dash < 0 ? rest : rest.slice(0, dash), dash < 0 ? undefined : rest.slice(dash + 1)];
  };
  const [left, right] = [split(a), split(b)];
  const order = rpmvercmp(left[0], right[0]) || rpmvercmp(left[1], right[1]);
  if (order !== 0 || (left[2] === undefined && right[2] === undefined)) return order;
  if (left[2] === undefined) return -1;
  return right[2] === undefined ? 1 : rpmvercmp(left[2], right[2]);
}

/** `Gem::Version#<=>` over `canonical_segments`. */
function compareGem(a: string, b: string): number {
  const segments = (text: string): (bigint | string)[] => {
    const all = (text.replaceAll('-', '.pre.').match(/[0-9]+|[a-z]+/gi) ?? []).map((part) =>
      /^\d/.test(part) ? BigInt(part) : part,
    );
    const word = all.findIndex((part) => typeof part === 'string');
    const trim = (list: (bigint | string)[]) => list.slice(0, list.findLastIndex((part) => part !== 0n) + 1);
    return word < 0 ? trim(all) : [...trim(all.slice(0, word)), ...trim(all.slice(word))];
  };
  const [left, right] = [segments(a), segments(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [x, y] = [left[at] ?? 0n, right[at] ?? 0n];
    if (x === y) continue;
    if (typeof x !== typeof y) return typeof x === 'string' ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function agree(scheme: VersionScheme, reference: (a: string, b: string) => number, pieces: readonly string[]): void {
  const version = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 10 }).map((parts) => parts.join(''));
  let equal = 0;
  fc.assert(
    fc.property(version, version, (a, b) => {
      const expected = reference(a, b);
      if (expected === 0 && a !== b) equal++;
      assert.equal(compareVersions(scheme, a, b), expected === 0 ? 0 : sign(expected), `${a} and ${b}`);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(equal > 10, `only ${equal} different texts were equal`);
}

test('Debian keys order as the procedure of deb-version(7)', () => {
  agree('deb', compareDeb, [
    '0',
    '1',
    '2',
    '10',
    '00',
    '.',
    '.',
    '-',
    '~',
    '+',
    'a',
    'Z',
    'rc',
    'deb',
    '1:',
    '12345678901234567890',
  ]);
});

test('RPM keys order as rpmvercmp', () => {
  agree('rpm', compareRpm, [
    '0',
    '1',
    '2',
    '10',
    '00',
    '.',
    '.',
    '-',
    '~',
    '^',
    '_',
    'a',
    'Z',
    'rc',
    'el',
    '1:',
    '99999999999',
  ]);
});

test('RubyGems keys order as Gem::Version', () => {
  agree('gem', compareGem, ['0', '0', '1', '2', '10', '.', '.', '.', '-', 'a', 'b', 'rc', 'Z', '.0.', '99999999999']);
});
