import { expect, test } from 'vitest';
import { matchesTopic, topicsOf } from './live.ts';

test('a topic touches the queries of its noun, of its area and of what shows its figures', () => {
  expect(matchesTopic('listVehicles', 'vehicles')).toBe(true);
  expect(matchesTopic('getVehicle', 'vehicles')).toBe(true);
  expect(matchesTopic('getVehicle', 'connections')).toBe(true);
  expect(matchesTopic('getTraffic', 'traffic')).toBe(true);
  expect(matchesTopic('listEcus', 'inventory')).toBe(true);
});

test('the overview follows every topic', () => {
  expect(matchesTopic('getRules', 'events')).toBe(true);
});

test('a topic leaves alone what it is not about', () => {
  expect(matchesTopic('listOperators', 'vehicles')).toBe(false);
  expect(matchesTopic('layout', 'vehicles')).toBe(false);
});

test('events that are not understood change nothing', () => {
  expect(topicsOf('{"topics":["vehicles",7]}')).toEqual(['vehicles']);
  expect(topicsOf('{}')).toEqual([]);
  expect(topicsOf('not json')).toEqual([]);
});
