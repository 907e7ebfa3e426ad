import { expect, test } from 'vitest';
import world from 'world-atlas/countries-110m.json';
import { knownRegions, ownersOf, placeOf, scaleOf, stepOf } from './region-places.ts';

/** Too small to be drawn at this scale. */
const unseen = new Set(['048', '470', '702']);

test('every region of the map names countries that the map draws, or that are known to be too small', () => {
  const drawn = new Set(world.objects.countries.geometries.map((one) => one.id));
  const regions = knownRegions();
  expect(regions.length).toBeGreaterThan(60);
  for (const region of regions) {
    const place = placeOf(region);
    expect(place?.name, region).toMatch(/^[A-Z]/);
    for (const id of place?.countries ?? []) expect(drawn.has(id) || unseen.has(id), `${region} ${id}`).toBe(true);
  }
});

test('codes are read in any case, and an unknown one has no place', () => {
  expect(placeOf('EU')?.name).toBe('European Union');
  expect(placeOf(' us ')?.countries).toEqual(['840']);
  expect(placeOf('uk')?.name).toBe('United Kingdom');
  expect(placeOf('atlantis')).toBeUndefined();
  expect(placeOf('__proto__')).toBeUndefined();
  expect(placeOf('')).toBeUndefined();
});

test('the scale covers every count once, with fewer steps for few vehicles', () => {
  expect(scaleOf([])).toEqual([]);
  expect(scaleOf([1])).toEqual([{ step: 1, from: 1, to: 1 }]);
  expect(scaleOf([2, 1]).map(({ from, to }) => [from, to])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  const scale = scaleOf([1_000_000, 3, 250_001]);
  expect(scale.map(({ from, to }) => [from, to])).toEqual([
    [1, 250_000],
    [250_001, 500_000],
    [500_001, 750_000],
    [750_001, 1_000_000],
  ]);
  expect([0, 3, 250_001, 1_000_000].map((count) => stepOf(scale, count))).toEqual([0, 1, 2, 4]);
});

test('a market beside its continent keeps its own colour', () => {
  const owners = ownersOf([
    { region: 'na', vehicles: 5 },
    { region: 'us', vehicles: 2 },
    { region: 'atlantis', vehicles: 1 },
  ]);
  expect([owners.get('840'), owners.get('124'), owners.get('276')]).toEqual(['us', 'na', undefined]);
});
