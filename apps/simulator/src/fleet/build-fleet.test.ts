import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Architecture, isTopicLevel } from '@bulkhead/contract';
import { vinFault } from '@bulkhead/kernel';
import { Compile } from 'typebox/compile';
import { buildFleet } from './build-fleet.ts';
import { architectureOf, telematicsOf } from './model.ts';
import { models } from './models.ts';
import { programNamed } from './software.ts';

const fleet = buildFleet({ seed: 'test', vehicles: 500 });
const ecus = fleet.vehicles.flatMap((vehicle) => vehicle.ecus);

test('the same seed gives the same fleet, and another seed another one', () => {
  assert.deepEqual(buildFleet({ seed: 'test', vehicles: 500 }), fleet);
  assert.notDeepEqual(
    buildFleet({ seed: 'other', vehicles: 500 }).vehicles.map(({ vin }) => vin),
    fleet.vehicles.map(({ vin }) => vin),
  );
});

test('a larger fleet begins with the vehicles of the smaller one', () => {
  assert.deepEqual(buildFleet({ seed: 'test', vehicles: 20 }).vehicles, fleet.vehicles.slice(0, 20));
});

test('every VIN is right by ISO 3779, check digit included, and no VIN or serial comes twice', () => {
  for (const { vin } of fleet.vehicles) assert.equal(vinFault(vin), undefined, vin);
  assert.equal(new Set(fleet.vehicles.map(({ vin }) => vin)).size, fleet.vehicles.length);
  assert.equal(new Set(ecus.map(({ serial }) => serial)).size, ecus.length);
  assert.ok(ecus.every(({ serial }) => isTopicLevel(serial)));
});

test('North American VINs start with a digit of that region and European ones do not', () => {
  for (const { vin, region } of fleet.vehicles) assert.equal(/^[1-5]/.test(vin), region === 'na', vin);
});

test('fifty vehicles have about four hundred ECUs in both regions and all models', () => {
  const demo = buildFleet({ seed: 'demo', vehicles: 50 }).vehicles;
  const count = demo.reduce((sum, vehicle) => sum + vehicle.ecus.length, 0);

  assert.ok(count >= 380 && count <= 430, `${count} ECUs`);
  assert.deepEqual([...new Set(demo.map(({ region }) => region))].sort(), ['eu', 'na']);
  assert.equal(new Set(demo.map(({ model }) => model.code)).size, models.length);
});

test('about every seventh vehicle reports older software than planned, and only those do', () => {
  const isBehind = (vehicle: (typeof fleet.vehicles)[number]) =>
    vehicle.ecus.some(({ software }) => software.some(({ planned, reported }) => planned !== reported));

  for (const vehicle of fleet.vehicles) assert.equal(isBehind(vehicle), vehicle.outdated, vehicle.vin);
  const share = fleet.vehicles.filter(isBehind).length / fleet.vehicles.length;
  assert.ok(share > 0.13 && share < 0.17, String(share));
});

test('every version that is planned or reported exists, and most plans are for the newest', () => {
  const installed = ecus.flatMap(({ software }) => software);
  for (const { name, planned, reported } of installed) {
    const { versions } = programNamed(name);
    assert.ok(versions.includes(planned) && versions.includes(reported), `${name} ${planned} ${reported}`);
  }
  const newest = installed.filter(({ name, planned }) => programNamed(name).versions.at(-1) === planned);
  assert.ok(newest.length / installed.length > 0.8);
});

test('every architecture fits the contract, and its ids lead somewhere', () => {
  const schema = Compile(Architecture);
  for (const model of models) {
    const architecture = architectureOf(model);
    const { zones, buses, roles } = architecture;
    assert.deepEqual([...schema.Errors(architecture)], [], model.code);
    const zoneIds = zones.map(({ id }) => id);
    const busIds = buses.map(({ id }) => id);
    for (const list of [zoneIds, busIds, roles.map(({ id }) => id)]) assert.equal(new Set(list).size, list.length);
    for (const place of [...buses, ...roles])
      assert.ok(zoneIds.includes(place.zone ?? ''), `${model.code} ${place.id}`);
    for (const role of roles)
      assert.ok(
        role.buses.every((bus) => busIds.includes(bus)),
        role.id,
      );
    assert.ok(roles.every(({ gateway, buses: joined }) => !gateway || joined.length >= 2));
    assert.ok(roles.length >= 7 && roles.length <= 9);
  }
});

test('every model has one telematics unit with a key, a gateway, and every bus has a member', () => {
  for (const model of models) {
    assert.equal(model.roles.filter((role) => role.function === 'telematics').length, 1);
    assert.ok(telematicsOf(model).holdsKey);
    assert.ok(model.roles.some((role) => role.gateway));
    for (const { id, kind } of model.buses) {
      const members = model.roles.filter(({ buses }) => buses.includes(id));
      assert.ok(members.length >= 1, `${model.code} ${id}`);
      if (kind === 'lin') assert.ok(members.some(({ holdsKey }) => !holdsKey));
    }
  }
});
