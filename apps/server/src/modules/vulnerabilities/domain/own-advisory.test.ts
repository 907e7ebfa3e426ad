import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnAdvisory } from '@bulkhead/contract';
import { ownAdvisory, ownNumber } from './own-advisory.ts';

const now = new Date('2026-11-20T10:00:00Z');
const typed = (more: Partial<OwnAdvisory> = {}): OwnAdvisory => ({
  title: 'Stack overflow in the diagnostic stack',
  summary: 'A long request overwrites the stack.',
  vector: 'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  affected: [{ name: 'uds-stack', introduced: '2.0', fixed: '2.4.1' }],
  ...more,
});
const made = (more: Partial<OwnAdvisory> = {}) =>
  ownAdvisory('BH-2026-0007', typed(more), now, '2026-11-01T00:00:00.000Z');

test('an advisory typed by hand is one like all others, with its ranges in words that are compared', () => {
  const advisory = made({
    aliases: ['CVE-2026-1'],
    exploitation: 'poc',
    cwes: ['CWE-121'],
    references: ['https://example.org/a'],
  });

  assert.deepEqual([advisory.id, advisory.format, advisory.aliases], ['BH-2026-0007', 'own', ['CVE-2026-1']]);
  assert.deepEqual(advisory.exploitation, { exploitation: 'poc', source: 'own' });
  assert.deepEqual([advisory.published, advisory.modified], ['2026-11-01T00:00:00.000Z', now.toISOString()]);
  const [product] = advisory.affected;
  assert.deepEqual([product?.name, product?.fixed], ['uds-stack', ['2.4.1']]);
  assert.deepEqual(product?.versions, [{ status: 'affected', from: '2.0', before: '2.4.1' }]);
});

test('versions may be listed, bounded on either side, or all', () => {
  const versions = (affected: Partial<OwnAdvisory['affected'][number]>) =>
    made({ affected: [{ name: 'x', ...affected }] }).affected[0]?.versions.map(({ exact, from, before, upTo }) => ({
      ...(exact ? { exact } : {}),
      ...(from ? { from } : {}),
      ...(before ? { before } : {}),
      ...(upTo ? { upTo } : {}),
    }));
  assert.deepEqual(versions({ versions: ['1.0', '1.1'] }), [{ exact: '1.0' }, { exact: '1.1' }]);
  assert.deepEqual(versions({ lastAffected: '1.9' }), [{ upTo: '1.9' }]);
  assert.deepEqual(versions({ fixed: '2' }), [{ before: '2' }]);
  assert.deepEqual(versions({ introduced: '0', fixed: '2' }), [{ before: '2' }]);
  assert.deepEqual(versions({}), versions({ introduced: '0' }));
  assert.equal(versions({})?.length, 1);
});

test('a mistake is refused with its field, because an advisory that never matches looks like safety', () => {
  const cases: [Partial<OwnAdvisory>, RegExp][] = [
    [{ vector: 'CVSS:3.1/AV:N/AC:L' }, /^vector: /],
    [{ affected: [{ versions: ['1'] }] }, /^affected\[0\]: name the product/],
    [{ affected: [{ purl: 'pkg:generic/x@1.0' }] }, /^affected\[0\]\.purl: leave the version out/],
    [{ affected: [{ cpe: 'cpe:2.3:a:only' }] }, /^affected\[0\]\.cpe: /],
    [{ affected: [{ name: 'x', fixed: '2', lastAffected: '1' }] }, /^affected\[0\]\.lastAffected: .*not both/],
    [{ affected: [{ name: 'x' }, { name: 'y', versions: ['before summer'] }] }, /^affected\[1\]\.versions\[0\]: /],
    [{ references: ['javascript:alert(1)'] }, /^references\[0\]\.url: /],
  ];
  for (const [more, message] of cases)
    assert.throws(() => made(more), { code: 'vulnerabilities.bad-advisory', message }, JSON.stringify(more));
  assert.throws(() => ownAdvisory('CVE-2026-1', typed(), now, ''), {
    code: 'vulnerabilities.bad-advisory',
    message: /id of your own/,
  });
});

test('numbers begin anew each year and grow beyond four digits', () => {
  assert.equal(ownNumber(2026, 7), 'BH-2026-0007');
  assert.equal(ownNumber(2026, 12_345), 'BH-2026-12345');
});
