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

test('the filter of every link is one that the list behind it understands', () => {
  const filtered = describeRules(empty)
    .flatMap((rule) => rule.figures)
    .flatMap(({ link }) => (link?.includes('?') ? [new URL(link, 'https://console.example')] : []));
  const lists = Object.values(operations as Record<string, Operation>).filter((operation) => operation.list);

  assert.ok(filtered.length >= 5, `only ${filtered.length} links carry a filter`);
  for (const { pathname, searchParams } of filtered) {
    const fields = lists.find(({ path }) => path === pathname)?.list?.fields ?? {};
    assert.ok(parseFilter(searchParams.get('filter') ?? '', fields), pathname);
  }
});
