import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFleet } from '../fleet/build-fleet.ts';
import { ecusCsv, vehiclesCsv } from './import-file.ts';
import { platformSbom } from './platform-sbom.ts';

const fleet = buildFleet({ seed: 'csv', vehicles: 20 });

test('each vehicle is one row, and each program of an ECU is one', () => {
  const programs = fleet.vehicles.flatMap(({ ecus }) => ecus.flatMap(({ software }) => software));

  assert.equal(vehiclesCsv(fleet).trimEnd().split('\r\n').length, 1 + fleet.vehicles.length);
  assert.equal(ecusCsv(fleet).trimEnd().split('\r\n').length, 1 + programs.length);
});

test('every row has as many fields as the header', () => {
  for (const text of [vehiclesCsv(fleet), ecusCsv(fleet)]) {
    const [header = '', ...rows] = text.trimEnd().split('\r\n');
    assert.ok(rows.every((row) => row.split(',').length === header.split(',').length));
  }
});

test('the platform knows what it is made of itself', () => {
  const own = platformSbom();

  assert.match(own?.version ?? '', /^\d+\.\d+\.\d+/);
  assert.match(own?.sbom ?? '', /pkg:npm\/mqtt-packet@/);
});
