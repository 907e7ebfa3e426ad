import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused } from '../testing.ts';
import { createEpssReader } from './epss-reader.ts';
import { readKev } from './read-kev.ts';

const entry = (cveID: unknown, more: Record<string, unknown> = {}) => ({
  cveID,
  vendorProject: 'Acme',
  product: 'Gate',
  vulnerabilityName: 'n',
  dateAdded: '2026-01-02',
  dueDate: '2026-01-23',
  shortDescription: 's',
  requiredAction: 'a',
  knownRansomwareCampaignUse: 'Known',
  cwes: ['CWE-79', 'x'],
  ...more,
});
const catalogue = (vulnerabilities: readonly unknown[], count = vulnerabilities.length) => ({
  catalogVersion: '2026.01.02',
  dateReleased: '2026-01-02T00:00:00Z',
  count,
  vulnerabilities,
});

test('a broken entry of the KEV catalogue is set aside with its reason and the rest goes on', () => {
  const { entries, setAside } = readKev(
    catalogue([
      entry('CVE-2026-1234'),
      entry('CVE-26-1'),
      null,
      entry('CVE-2026-1235', { dateAdded: 'soon' }),
      entry(7),
      entry('CVE-2026-1236'),
    ]),
  );

  assert.deepEqual(
    entries.map(({ cve }) => cve),
    ['CVE-2026-1234', 'CVE-2026-1236'],
  );
  assert.deepEqual(
    setAside.map(({ path }) => path),
    [
      '$.vulnerabilities[1].cveID',
      '$.vulnerabilities[2]',
      '$.vulnerabilities[3].dateAdded',
      '$.vulnerabilities[4].cveID',
    ],
  );
  assert.deepEqual([entries[0]?.ransomware, entries[0]?.cwes, entries[0]?.dueDate], [true, ['CWE-79'], '2026-01-23']);
});

test('a catalogue that was cut on the way is refused: what is missing would look not exploited', () => {
  assertRefused(() => readKev(catalogue([entry('CVE-2026-1234')], 2)), 'advisory.wrong-value', '$.count');
});

test('EPSS rows come line by line, with model and date from the comment in front', () => {
  const reader = createEpssReader();
  const lines = [
    '\ufeff#model_version:v2026.01.01,score_date:2026-01-31T00:00:00+0000',
    'cve,epss,percentile',
    'CVE-1999-0001,0.01167,0.83',
    '',
    'CVE-2026-1234,1,1.0\r',
    'CVE-2026-1235,1e-05,0',
  ];
  const rows = lines.flatMap((line) => reader.read(line) ?? []);

  assert.deepEqual(rows, [
    { cve: 'CVE-1999-0001', epss: 0.01167, percentile: 0.83 },
    { cve: 'CVE-2026-1234', epss: 1, percentile: 1 },
    { cve: 'CVE-2026-1235', epss: 0.00001, percentile: 0 },
  ]);
  assert.deepEqual(reader.head(), { modelVersion: 'v2026.01.01', scoreDate: '2026-01-31T00:00:00.000Z' });
});

test('a broken EPSS line is refused by its number and the next one is read', () => {
  const reader = createEpssReader();
  assertRefused(() => reader.read('cve;epss'), 'advisory.unknown-format', 'line 1');
  reader.read('cve,epss,percentile');
  const bad = [
    'CVE-x,0.1,0.1',
    'CVE-2026-1234,1.1,0.1',
    'CVE-2026-1234,NaN,0.1',
    'CVE-2026-1234,-0.1,0.1',
    'CVE-2026-1234,0.1',
    'CVE-2026-1234,0x1,0.1',
    '=cmd()',
  ];
  for (const [i, line] of bad.entries())
    assertRefused(() => reader.read(line), 'advisory.wrong-value', `line ${i + 3}`);
  assertRefused(() => reader.read('C'.repeat(1000)), 'advisory.too-large', 'line 10');
  assert.equal(reader.read('CVE-2026-1234,0.5,0.5')?.epss, 0.5);
});
