import { type FieldSpec, parseFilter } from '@bulkhead/contract';
import { describe, expect, test } from 'vitest';
import { bothFilters, filterOfQuery, optionsOf, propertiesOf, queryOfFilter } from './filter-tokens.ts';

const fields: Readonly<Record<string, FieldSpec>> = {
  vin: { type: 'string', label: 'VIN' },
  model: { type: 'string', label: 'Model' },
  state: { type: 'enum', label: 'State', values: ['online', 'offline', 'retired'] },
  ecus: { type: 'number', label: 'ECUs' },
  lastSeenAt: { type: 'time', label: 'Last seen' },
  patchable: { type: 'boolean', label: 'Patchable' },
};

/** Text to tokens and back, both read by the server's own parser. */
function roundTrip(text: string) {
  const query = queryOfFilter(text, fields);
  return query && filterOfQuery(query, fields, 'vin');
}

describe('a filter is the same as text and as tokens', () => {
  test.each([
    'vin : WBX',
    'state = online',
    'state != online',
    'state in (online, offline)',
    'not state in (online, offline)',
    'not model : Aria',
    'ecus >= 8 and lastSeenAt < 2026-01-01',
    'patchable = true',
    'state = online or ecus < 3',
    'state = online and (vin : A or model : "Aria Sport")',
    '(vin : A and ecus > 1) or (model = B and ecus < 9)',
    'model = "say \\"hi\\" \\\\ there"',
  ])('%s', (text) => {
    expect(roundTrip(text)).toBeDefined();
    expect(parseFilter(roundTrip(text), fields)).toEqual(parseFilter(text, fields));
  });
});

test('an enumeration keeps its values as a list, as the token editor wants them', () => {
  expect(queryOfFilter('state = online', fields)?.tokenGroups).toEqual([
    { propertyKey: 'state', operator: '=', value: ['online'] },
  ]);
});

test('"in" on free text becomes a group of its values', () => {
  expect(roundTrip('vin in (A, B)')).toBe('vin = A or vin = B');
  expect(roundTrip('ecus > 1 and vin in (A, B)')).toBe('ecus > 1 and (vin = A or vin = B)');
});

test('a filter nested deeper than tokens can show is left to the text editor', () => {
  expect(queryOfFilter('state = online and (vin : A or (model : B and ecus > 1))', fields)).toBeUndefined();
  expect(queryOfFilter('not (state = online and ecus > 1)', fields)).toBeUndefined();
});

test('words without a field search the main field', () => {
  const query = { operation: 'and' as const, tokens: [{ operator: ':', value: 'WBX' }], tokenGroups: [] };

  expect(filterOfQuery(query, fields, 'vin')).toBe('vin : WBX');
});

test('an empty filter has no tokens, and no tokens are an empty filter', () => {
  expect(queryOfFilter('  ', fields)).toEqual({ tokens: [], tokenGroups: [], operation: 'and' });
  expect(filterOfQuery({ tokens: [], tokenGroups: [], operation: 'and' }, fields, 'vin')).toBe('');
});

test('tokens of unknown fields and without a value are dropped, never sent', () => {
  const tokens = [
    { propertyKey: 'nope', operator: '=', value: 'x' },
    { propertyKey: 'state', operator: '=', value: [] },
    { propertyKey: 'vin', operator: '=', value: 'A' },
  ];

  expect(filterOfQuery({ operation: 'and', tokens, tokenGroups: [] }, fields, 'vin')).toBe('vin = A');
});

test('a fixed filter and the chosen one are both wanted, whatever they are made of', () => {
  const text = bothFilters('vin = A', 'state = online or ecus > 1');

  expect(parseFilter(text, fields)).toMatchObject({ kind: 'and', terms: [{ kind: 'test' }, { kind: 'or' }] });
  expect(bothFilters('', 'vin = A')).toBe('vin = A');
  expect(bothFilters('vin = A', '')).toBe('vin = A');
});

test('each type of field offers the operators that the language allows for it', () => {
  const operators = Object.fromEntries(propertiesOf(fields).map(({ key, operators: all }) => [key, all?.length]));

  expect(operators).toEqual({ vin: 4, model: 4, state: 2, ecus: 6, lastSeenAt: 6, patchable: 1 });
  expect(optionsOf(fields)).toContainEqual({ propertyKey: 'patchable', value: 'true' });
});
