import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compactJson } from '../canonical-json.ts';
import { runSteps } from '../client/fetch.ts';
import { verifyFull } from '../client/verify-full.ts';
import { dialectOf } from '../dialect.ts';
import { noExtra } from '../json/fields.ts';
import type { EncryptedImage } from '../model/targets.ts';
import { customOf, hashesOf, later, now, refusedAs } from '../testing.ts';
import { brakeFile, failureOf, newWorld, provisioned, serve, vehicle, worlds } from '../testing-world.ts';
import { writeTarget } from '../wire/target.ts';
import { createDirector, createDirectorSet, type DirectorSetInput } from './director-set.ts';
import { type DirectorTarget, directorTargetsText } from './director-targets.ts';

const expires = { targets: new Date(later), snapshot: new Date(later), timestamp: new Date(later) };
const brake: DirectorTarget = {
  filename: brakeFile,
  length: 9,
  hashes: hashesOf('brake 2.0'),
  ecus: new Map([['brake-1', { hardwareId: 'bcm-2' }]]),
  releaseCounter: 2,
};
const input = (more: Partial<DirectorSetInput> = {}): DirectorSetInput => ({
  vehicleId: vehicle.vehicleId,
  targets: [brake],
  correlationId: 'campaign-1',
  versions: { targets: 2, snapshot: 3, timestamp: 4 },
  expires,
  ...more,
});

const encrypted: EncryptedImage = {
  filename: 'x.enc',
  length: 1,
  hashes: hashesOf('x'),
  method: 'm',
  wrappedKey: 'k',
  extra: noExtra,
};
const printable = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)), minLength: 1, maxLength });
const target = fc.record({
  filename: fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9_.-]{1,8})?$/).filter((name) => !name.includes('/.')),
  length: fc.nat(),
  hashes: fc.constantFrom(hashesOf('x'), new Map([...hashesOf('y')].slice(0, 1))),
  ecus: fc
    .array(
      fc.tuple(
        printable(64),
        fc.record({ hardwareId: printable(200), encrypted: fc.constantFrom(undefined, encrypted) }),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((list) => new Map(list)),
  releaseCounter: fc.option(fc.nat(), { nil: undefined }),
  uri: fc.option(printable(20), { nil: undefined }),
  shallMatch: fc.option(fc.constantFrom({ b: 1, a: ['x'] }, 'x'), { nil: undefined }),
}) as fc.Arbitrary<DirectorTarget>;

describe('the targets of a Director, written by hand', () => {
  it('are the text that the general writer makes of the same model', () => {
    fc.assert(
      fc.property(fc.uniqueArray(target, { selector: ({ filename }) => filename, maxLength: 4 }), (targets) => {
        const serials = targets.flatMap(({ ecus }) => [...ecus.keys()]);
        fc.pre(new Set(serials).size === serials.length);
        const model = targets.map(({ filename, length, hashes, ecus, ...custom }) => {
          const assigned = new Map(
            [...ecus].map(([serial, ecu]) => [serial, { encrypted: undefined, extra: noExtra, ...ecu }] as const),
          );
          return [
            filename,
            writeTarget({ length, hashes, custom: customOf({ ecus: assigned, ...custom }), extra: noExtra }),
          ] as const;
        });
        assert.equal(directorTargetsText(targets), compactJson(Object.fromEntries(model)));
      }),
    );
  });
});

for (const name of worlds)
  describe(`a set of the Director in dialect ${name.toUpperCase()}`, () => {
    const world = newWorld(name);
    const { signers } = world.director;
    const director = createDirector(signers, name);

    it('is what a Primary takes, and gets the image installed', () => {
      const set = director.createSet(input());
      for (const role of ['targets', 'snapshot', 'timestamp'] as const)
        world.director.files.set(world.dialect.path(role, input().versions[role]), set[role]);
      const outcome = runSteps(verifyFull({ dialect: name, now, vehicle, trusted: provisioned(world) }), serve(world));
      assert.equal(failureOf(outcome), 'none');
      assert.deepEqual(
        outcome.images.map(({ filename }) => filename),
        [brakeFile],
      );
      assert.equal(outcome.correlationId, 'campaign-1');
    });

    it('is its own canonical form, which dialect A takes hashes over', () => {
      for (const bytes of Object.values(director.createSet(input())))
        assert.equal(compactJson(JSON.parse(bytes.toString())), bytes.toString());
    });

    it('names its vehicle when it is empty, so that it cannot be replayed to another (requirement S6)', () => {
      const { targets } = director.createSet(input({ targets: [], correlationId: undefined }));
      const { signed } = dialectOf(name).readTargets(targets);
      assert.deepEqual(
        [signed.targets.size, signed.custom?.vehicleId, signed.delegations],
        [0, vehicle.vehicleId, undefined],
      );
    });

    it('holds about 170 ECUs with two hashes and 260 with one, and refuses more before it is served', () => {
      const many = (count: number, hashes = hashesOf('x')) =>
        input({
          targets: Array.from({ length: count }, (_, i) => ({
            ...brake,
            filename: `acme/ecu-${i}/2.0.bin`,
            hashes,
            ecus: new Map([[`ecu-serial-${i}`, { hardwareId: 'bcm-2' }]]),
          })),
        });
      const sha256 = new Map([...hashesOf('x')].filter(([hash]) => hash === 'sha256'));
      assert.ok(director.createSet(many(168)));
      assert.ok(director.createSet(many(260, sha256)));
      assert.throws(() => director.createSet(many(400)), refusedAs('uptane.too-large', 'targets'));
      assert.throws(() => director.createSet(many(400, sha256)), /400 ECUs need \d+ bytes/);
    });

    it('refuses what no client would take', () => {
      const cases: readonly (readonly [Partial<DirectorSetInput>, RegExp])[] = [
        [{ targets: [brake, { ...brake, filename: 'b.bin' }] }, /ECU brake-1 has two images/],
        [{ targets: [brake, { ...brake, ecus: new Map([['x', { hardwareId: 'h' }]]) }] }, /named twice/],
        [{ targets: [{ ...brake, filename: '../x' }] }, /image name/],
        [{ targets: [{ ...brake, hashes: new Map([...hashesOf('x')].slice(1)) }] }, /sha256/],
        [{ targets: [{ ...brake, length: 1.5 }] }, /whole numbers/],
        [{ targets: [{ ...brake, length: -1 }] }, /whole numbers/],
        [{ targets: [{ ...brake, ecus: new Map() }] }, /no ECU/],
        [{ targets: [{ ...brake, ecus: new Map([['s'.repeat(65), { hardwareId: 'h' }]]) }] }, /serial/],
        [{ targets: [{ ...brake, ecus: new Map([['s', { hardwareId: '' }]]) }] }, /hardware id/],
        [{ targets: [{ ...brake, uri: 'https://ü' }] }, /ASCII/],
        [{ vehicleId: 'ü' }, /ASCII/],
        [{ versions: { targets: 0, snapshot: 1, timestamp: 1 } }, /version/],
        [{ versions: { targets: 1, snapshot: 2 ** 31, timestamp: 1 } }, /version/],
        [{ versions: { targets: 1, snapshot: 1, timestamp: 1.5 } }, /version/],
      ];
      for (const [more, message] of cases) assert.throws(() => director.createSet(input(more)), message);
    });
  });

it('The set of one vehicle in both dialects says the same', () => {
  const { signers } = newWorld('a').director;
  const { a, b } = createDirectorSet(input(), signers);
  const model = (name: 'a' | 'b') => dialectOf(name).readTargets({ a, b }[name].targets).signed;
  assert.deepEqual(model('a'), model('b'));
});

it('Two signers of a role both sign', () => {
  const world = newWorld('a');
  const [one] = world.director.signers.targets;
  const [two] = world.director.signers.root;
  assert.ok(one && two);
  const { targets } = createDirector({ ...world.director.signers, targets: [one, two] }, 'a').createSet(input());
  assert.deepEqual(
    world.dialect.readTargets(targets).signatures.map(({ keyId }) => keyId),
    [one.keyId, two.keyId],
  );
});
