import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Match } from '@bulkhead/advisories';
import { affectedInWords } from './affected-in-words.ts';
import { chooseMatch, type RecordMatch } from './choose-match.ts';
import { type DecidedPlace, decisionAt, findingState, type HoldingDecision } from './finding-state.ts';
import { type KnownRecord, mergeRecords, type RecordHead } from './merge-records.ts';
import { subjectsOf } from './subjects.ts';

const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const place = (more: Partial<DecidedPlace> = {}): DecidedPlace => ({
  componentId: 'c1',
  softwareId: 's1',
  softwareName: 'tcu-os',
  softwareCreatedAt: at(10),
  model: 'ARIA',
  role: 'tcu',
  hashes: null,
  ...more,
});
const decision = (more: Partial<HoldingDecision>): HoldingDecision => ({
  id: 'd',
  status: 'not-affected',
  scope: 'everywhere',
  origin: 'operator',
  componentIds: null,
  softwareId: null,
  softwareName: null,
  softwareSince: null,
  role: null,
  model: null,
  hashes: new Map(),
  createdAt: at(1),
  ...more,
});

test('the most specific decision counts, and the newest of equals', () => {
  const decisions = [
    decision({ id: 'all', scope: 'everywhere', createdAt: at(9) }),
    decision({ id: 'model', scope: 'model', model: 'ARIA' }),
    decision({ id: 'ecu', scope: 'ecu', role: 'tcu' }),
    decision({ id: 'old', scope: 'software', softwareName: 'tcu-os', createdAt: at(1) }),
    decision({ id: 'new', scope: 'software', softwareName: 'tcu-os', createdAt: at(2) }),
  ];

  assert.equal(decisionAt(decisions, place())?.id, 'new');
  assert.equal(decisionAt(decisions, place({ softwareName: 'cgw-os' }))?.id, 'ecu');
  assert.equal(decisionAt(decisions, place({ softwareName: 'cgw-os', role: 'cgw' }))?.id, 'model');
  assert.equal(decisionAt(decisions, place({ softwareName: 'x', role: 'x', model: 'ATLAS' }))?.id, 'all');
});

test('a decision about software holds for that version and later ones with the very component, not for earlier ones', () => {
  const one = decision({ scope: 'software', softwareName: 'tcu-os', softwareSince: at(10), componentIds: ['c1'] });

  assert.ok(decisionAt([one], place()));
  assert.ok(decisionAt([one], place({ softwareCreatedAt: at(20) })));
  assert.equal(decisionAt([one], place({ softwareCreatedAt: at(9) })), undefined);
  assert.equal(decisionAt([one], place({ softwareCreatedAt: at(20), componentId: 'c2' })), undefined);
});

test('what follows from compiled files holds for that very version, and gives way to whatever somebody decided', () => {
  const listed = decision({
    id: 'listed',
    origin: 'compiled-files',
    scope: 'software',
    softwareId: 's1',
    softwareName: 'tcu-os',
    softwareSince: at(10),
    createdAt: at(9),
  });

  assert.equal(decisionAt([listed], place())?.id, 'listed');
  assert.equal(decisionAt([listed], place({ softwareId: 's2', softwareCreatedAt: at(20) })), undefined);
  assert.equal(decisionAt([listed, decision({ id: 'person', createdAt: at(1) })], place())?.id, 'person');
});

test('other content of the same component version voids the decision there; unknown hashes do not', () => {
  const hashes = [{ algorithm: 'SHA-256', value: 'aa' }];
  const one = decision({ componentIds: ['c1'], hashes: new Map([['c1', [hashes]]]) });

  assert.ok(decisionAt([one], place({ hashes })));
  assert.ok(decisionAt([one], place({ hashes: null })));
  assert.equal(decisionAt([one], place({ hashes: [{ algorithm: 'SHA-256', value: 'bb' }] })), undefined);
});

test('a finding stands where the least settled of its places stands', () => {
  const settled = decision({ scope: 'ecu', role: 'tcu', status: 'not-affected' });
  const looking = decision({ scope: 'ecu', role: 'cgw', status: 'under-investigation' });

  assert.equal(findingState([settled, looking], [place(), place({ role: 'cgw' })]), 'under-investigation');
  assert.equal(findingState([settled], [place(), place({ role: 'cgw' })]), 'open');
  assert.equal(findingState([settled], [place()]), 'not-affected');
  assert.equal(findingState([settled], []), 'open');
});

const match = (more: Partial<Match> & { range?: string; fixed?: string[] }): Match => ({
  verdict: 'affected',
  strength: 'cpe',
  ...more,
  proof: {
    record: 'CVE-1',
    container: 'cna',
    identifier: 'x',
    range: more.range ?? '< 2',
    scheme: 'generic',
    version: '1',
    notes: [],
    ...(more.fixed ? { fixed: more.fixed } : {}),
  },
});
const record = (more: Partial<RecordMatch>): RecordMatch => ({
  ref: 'CVE-1',
  source: 'cves',
  match: undefined,
  distribution: false,
  ...more,
});

test('the word of the distribution about its own package makes an upstream match unsure, and says so', () => {
  const upstream = record({ match: match({}) });

  const chosen = chooseMatch([upstream, record({ ref: 'ALSA-1', distribution: true })]);

  assert.equal(chosen?.verdict, 'unsure');
  assert.match(chosen?.proofs[0]?.notes.at(-1) ?? '', /ALSA-1 of the distribution/);
  assert.equal(chooseMatch([upstream])?.verdict, 'affected');
  assert.equal(chooseMatch([record({ distribution: true })]), undefined);
});

test('a sure match comes before an unsure one, and proof of absence before both', () => {
  const sure = record({ match: match({ strength: 'cpe', range: 'sure', fixed: ['2'] }) });
  const unsure = record({ match: match({ verdict: 'unsure', strength: 'purl', range: 'unsure' }) });
  const absent = record({ match: match({ verdict: 'not-affected', strength: 'cpe', range: 'absent' }) });

  assert.deepEqual(
    chooseMatch([unsure, sure])?.proofs.map(({ range }) => range),
    ['sure', 'unsure'],
  );
  assert.equal(chooseMatch([unsure, sure])?.fixedIn[0], '2');
  assert.equal(chooseMatch([unsure, sure, absent])?.verdict, 'not-affected');
});

test('a record lands under its CVE ids, by itself, as aliases, or as what it is about', () => {
  assert.deepEqual(subjectsOf({ id: 'CVE-2024-1111', aliases: ['GHSA-x'], related: [] }), ['CVE-2024-1111']);
  assert.deepEqual(subjectsOf({ id: 'GHSA-x', aliases: ['CVE-2024-1111'], related: [] }), ['CVE-2024-1111']);
  assert.deepEqual(
    subjectsOf({ id: 'ALSA-1', aliases: [], related: ['CVE-2024-1111', 'CVE-2024-2222', 'CVE-2024-1111'] }),
    ['CVE-2024-1111', 'CVE-2024-2222'],
  );
  assert.deepEqual(subjectsOf({ id: 'OSV-2024-1', aliases: [], related: ['OSV-2'] }), ['OSV-2024-1']);
});

const head = (more: Partial<RecordHead>): RecordHead => ({
  title: '',
  summary: '',
  aliases: [],
  related: [],
  severities: [],
  cwes: [],
  references: [],
  ...more,
});
const known = (ref: string, more: Partial<RecordHead>, rest: Partial<KnownRecord> = {}): KnownRecord => ({
  ref,
  format: 'cve5',
  withdrawn: false,
  head: head(more),
  ...rest,
});

test('every score is kept with its source, the one of who assigned the id first; versions are never merged', () => {
  const v3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  const merged = mergeRecords('CVE-1', [
    known('CVE-1', {
      title: 'A flaw',
      severities: [
        { version: '3.1', vector: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N', source: 'adp:CISA-ADP' },
        { version: '3.1', vector: v3, source: 'cna' },
        { version: '2.0', vector: 'not a vector', source: 'cna' },
      ],
    }),
    known('GHSA-1', { title: 'Other words', published: '2026-01-02T00:00:00Z' }, { format: 'osv' }),
  ]);

  assert.deepEqual(
    merged.scores.map(({ source, score }) => [source, score]),
    [
      ['cna', 9.8],
      ['adp:CISA-ADP', 4],
    ],
  );
  assert.deepEqual([merged.title, merged.severity, merged.cvss, merged.withdrawn], ['A flaw', 'critical', 9.8, false]);
  assert.equal(mergeRecords('CVE-1', [known('CVE-1', {}, { withdrawn: true })]).withdrawn, true);
});

test('what a record names reads as a line per product', () => {
  const lines = affectedInWords(
    JSON.stringify([
      {
        container: 'a',
        vendor: 'openssl',
        product: 'openssl',
        defaultStatus: 'unaffected',
        versions: [{ status: 'affected', from: '3.0.0', before: '3.0.8' }],
      },
      {
        container: 'b',
        ecosystem: 'AlmaLinux:9',
        name: 'kernel',
        defaultStatus: 'unknown',
        versions: [{ status: 'affected', type: 'git', from: 'abc' }],
      },
    ]),
  );

  assert.deepEqual(lines, ['openssl openssl: from 3.0.0 before 3.0.8', 'kernel (AlmaLinux:9): commits only']);
});
