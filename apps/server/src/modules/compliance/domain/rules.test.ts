import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Operation, operations, parseFilter } from '@bulkhead/contract';
import type { Facts } from './facts.ts';
import { share } from './figure.ts';
import { describeRules } from './rules.ts';

const empty: Facts = {
  vehicles: 0,
  vehiclesOnline: 0,
  ecus: 0,
  softwareVersions: 0,
  softwareWithSbom: 0,
  softwareWithoutSbom: 0,
  unidentifiedComponents: 0,
  outdatedVehicles: 0,
  openNetworkEcus: 0,
  enrolledEcus: 0,
  expiringCertificates: 0,
  expiredCertificates: 0,
  revokedCertificates: 0,
  connections: 0,
  refusedLastHour: 0,
  eventsLastDay: 0,
  severeEventsLastDay: 0,
  openFindings: { immediate: 0, outOfCycle: 0, scheduled: 0, defer: 0 },
  overdueCases: 0,
  runningCampaigns: 0,
  stoppedCampaigns: 0,
  openRequests: 0,
  driftedVehicles: 0,
  advisorySources: 0,
  troubledSources: 0,
  auditEntries: 0,
  auditCheckpointAt: null,
};
const figureOf = (facts: Facts, rule: number, label: string) =>
  describeRules(facts)
    .find((r) => r.number === rule)
    ?.figures.find((f) => f.label === label);

test('there are ten rules, numbered in order', () => {
  assert.deepEqual(
    describeRules(empty).map((rule) => rule.number),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('a rule that is not served yet shows no figure', () => {
  for (const rule of describeRules(empty))
    assert.equal(rule.state === 'not-yet', rule.figures.length === 0, rule.title);
});

test('a share of nothing is "none", and only all of them is 100 %', () => {
  assert.equal(share(0, 0), 'none');
  assert.equal(share(999, 1000), '99 %');
  assert.equal(share(1000, 1000), '100 %');
});

test('one expired certificate turns its figure bad', () => {
  assert.equal(figureOf(empty, 3, 'Expired')?.tone, 'good');
  assert.equal(figureOf({ ...empty, expiredCertificates: 1 }, 3, 'Expired')?.tone, 'bad');
});

test('what is open weighs by its priority, and nothing found without a source is no good news', () => {
  const read = { ...empty, advisorySources: 2 };
  const open = { ...read, openFindings: { immediate: 1, outOfCycle: 2, scheduled: 3, defer: 4 } };

  assert.equal(figureOf(empty, 4, 'Open, immediate')?.tone, 'neutral');
  assert.equal(figureOf(read, 4, 'Open, immediate')?.tone, 'good');
  assert.equal(figureOf(open, 4, 'Open, immediate')?.tone, 'bad');
  assert.equal(figureOf(open, 4, 'Open, out of cycle')?.tone, 'warning');
  assert.equal(figureOf(open, 4, 'Open, can wait')?.value, '7');
});

test('sources that are missing or not fresh, overdue cases and gaps in the SBOMs show', () => {
  assert.equal(figureOf(empty, 4, 'Advisory sources not fresh')?.value, 'no source');
  assert.equal(figureOf({ ...empty, advisorySources: 2 }, 4, 'Advisory sources not fresh')?.tone, 'good');
  assert.equal(
    figureOf({ ...empty, advisorySources: 2, troubledSources: 1 }, 4, 'Advisory sources not fresh')?.tone,
    'warning',
  );
  assert.equal(figureOf({ ...empty, overdueCases: 1 }, 4, 'Overdue cases')?.tone, 'bad');
  assert.equal(figureOf({ ...empty, stoppedCampaigns: 1 }, 4, 'Campaigns stopped')?.tone, 'warning');
  assert.equal(figureOf({ ...empty, driftedVehicles: 1 }, 4, 'Drifted from the RXSWIN')?.tone, 'bad');
  assert.equal(figureOf({ ...empty, softwareWithoutSbom: 1 }, 2, 'Software without SBOM')?.tone, 'warning');
  assert.equal(
    figureOf({ ...empty, unidentifiedComponents: 1 }, 2, 'Components no advisory can match')?.tone,
    'warning',
  );
});

test('the filter of every link is one that the list behind it understands', () => {
  const filtered = describeRules(empty)
    .flatMap((rule) => rule.figures)
    .flatMap(({ link }) => (link?.includes('?') ? [new URL(link, 'https://console.example')] : []));
  const lists = Object.values(operations as Record<string, Operation>).filter((operation) => operation.list);

  assert.ok(filtered.length >= 5, `only ${filtered.length} links carry a filter`);
  for (const { pathname, searchParams } of filtered) {
    // the console has a shorter name for this one
    const listed = pathname === '/cases' ? '/vulnerability-cases' : pathname;
    const fields = lists.find(({ path }) => path === listed)?.list?.fields ?? {};
    assert.ok(parseFilter(searchParams.get('filter') ?? '', fields), pathname);
  }
});
