import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashesOf, newSigner, now, targetOf, targetsOf } from '../testing.ts';
import {
  brakeFile,
  cycle,
  delegating,
  delegationTo,
  directorTargets,
  failureOf,
  newWorld,
  provisioned,
  publish,
  publishImages,
  rotate,
  vehicle,
  worlds,
} from '../testing-world.ts';
import type { EcuState, VehicleState } from './trusted-state.ts';

const installed: EcuState['installed'] = {
  filename: brakeFile,
  length: 9,
  hashes: hashesOf('brake 2.0'),
  releaseCounter: 2,
};
const updated: VehicleState = {
  ...vehicle,
  ecus: new Map([...vehicle.ecus, ['brake-1', { hardwareId: 'bcm-2', installed }]]),
};

for (const name of worlds)
  describe(`full verification in dialect ${name.toUpperCase()}`, () => {
    it('ends with the image that both repositories want installed', () => {
      const outcome = cycle(newWorld(name));

      assert.equal(failureOf(outcome), 'none');
      assert.equal(outcome.correlationId, 'campaign-1');
      const [image, ...others] = outcome.images;
      assert.equal(others.length, 0);
      assert.deepEqual(
        [image?.serial, image?.hardwareId, image?.filename, image?.length, image?.releaseCounter, image?.chain],
        ['brake-1', 'bcm-2', brakeFile, 9, 2, ['targets', 'acme']],
      );
      assert.deepEqual(image?.hashes, hashesOf('brake 2.0'));
    });

    it('asks in the order of the standard, for each file by its name and no more bytes than it may have', () => {
      const world = newWorld(name);
      cycle(world);

      const asked = world.requests.map(({ repository, path }) => `${repository}/${path}`);
      const v = name === 'a' ? '' : '1.';
      const delegated = name === 'a' ? 'delegations/acme.json' : '1.acme.json';
      const files = ['2.root.json', 'timestamp.json', `${v}snapshot.json`, `${v}targets.json`];
      const expected = [
        ...files.map((file) => `director/${file}`),
        ...files.map((file) => `image/${file}`),
        `image/${delegated}`,
      ];
      assert.deepEqual(asked, expected);
      assert.ok(world.requests.every(({ maxBytes }) => maxBytes > 0 && maxBytes <= 8 * 1024 * 1024));
      assert.deepEqual(
        world.requests.map(({ optional }) => optional),
        [true, false, false, false, true, false, false, false, false],
      );
    });

    it('asks the Image repository nothing when everything is installed', () => {
      const world = newWorld(name);
      const outcome = cycle(world, provisioned(world), { vehicle: updated });

      assert.deepEqual([failureOf(outcome), outcome.images], ['none', []]);
      assert.ok(world.requests.every(({ repository }) => repository === 'director'));
    });

    it('fetches nothing again that has not changed, but looks again for an update that is still pending', () => {
      const world = newWorld(name);
      const first = cycle(world);
      const second = cycle(world, first.trusted);

      assert.deepEqual(second.images, first.images);
      assert.deepEqual(
        world.requests.map(({ role }) => role),
        ['root', 'timestamp', 'root', 'timestamp'],
      );
    });

    it('tries again what failed in the Image repository, although the Director did not change', () => {
      const world = newWorld(name);
      const files = new Map(world.image.files);
      world.image.files.clear();
      const first = cycle(world);
      assert.equal(failureOf(first), 'uptane.drop-request image/timestamp');
      assert.equal(first.correlationId, 'campaign-1');

      for (const [path, bytes] of files) world.image.files.set(path, bytes);
      assert.equal(cycle(world, first.trusted).images.length, 1);
    });

    it('keeps the previous targets when the image does not exist (Uptane 5.4.3.3)', () => {
      const world = newWorld(name);
      const before = cycle(world).trusted;
      publish(world, world.director, {
        targets: directorTargets({
          version: 2,
          targets: new Map([['acme/x/9.bin', [...directorTargets().targets.values()][0] as never]]),
        }),
      });
      const outcome = cycle(world, before);

      assert.equal(failureOf(outcome), 'uptane.no-such-image acme/x/9.bin');
      assert.equal(outcome.trusted.director.targets, before.director.targets);
    });

    it('follows the chain of roots, and looks at expiry only at its end', () => {
      const world = newWorld(name);
      const trusted = provisioned(world);
      world.director.root = { ...world.director.root, expires: '2020-01-01T00:00:00Z' };
      for (let i = 0; i < 3; i++) rotate(world, world.director, { root: [newSigner(), newSigner()] });
      publish(world, world.director, { targets: directorTargets({ version: 2 }) });
      const outcome = cycle(world, trusted);

      assert.equal(failureOf(outcome), 'none');
      assert.deepEqual(outcome.trusted.director.root, world.director.files.get('4.root.json'));
    });

    it('refuses to judge without a secure time, and does not let it go back', () => {
      const world = newWorld(name);
      assert.equal(failureOf(cycle(world, provisioned(world), { now: undefined })), 'uptane.no-secure-time time');
      assert.equal(
        failureOf(cycle(world, provisioned(world), { now: new Date(Number.NaN) })),
        'uptane.no-secure-time time',
      );

      // expired by the time that was seen last, though not by the clock that somebody set back
      const seen = { ...provisioned(world), latestTime: '2028-01-01T00:00:00.000Z' };
      const outcome = cycle(world, seen, { now });
      assert.equal(failureOf(outcome), 'uptane.freeze director/root');
      assert.equal(outcome.trusted.latestTime, seen.latestTime);
    });

    it('takes over what a broken storage lost, as if it was never there', () => {
      const world = newWorld(name);
      const { trusted } = cycle(world);
      const half = {
        ...trusted.director,
        snapshot: trusted.director.snapshot?.subarray(0, 40),
        timestamp: new Uint8Array(),
      };
      assert.equal(cycle(world, { ...trusted, director: half }).images.length, 1);
    });

    it('checks a stored delegated file against who delegates to it now', () => {
      const world = newWorld(name);
      const { trusted } = cycle(world);
      const other = newSigner();
      // the supplier's keys are replaced, its old file is left in place
      publish(world, world.image, {
        targets: delegating([other], [delegationTo([other])], { version: 2 }),
        delegated: {
          acme: {
            targets: targetsOf({ [brakeFile]: targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 2 }) }),
            by: [world.supplier],
          },
        },
        version: 2,
      });
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.arbitrary-software image/acme');

      publishImages(world, {
        targets: delegating([other], [delegationTo([other])], { version: 3 }),
        version: 3,
        delegated: {
          acme: {
            targets: targetsOf(
              { [brakeFile]: targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 2 }) },
              { version: 3 },
            ),
            by: [other],
          },
        },
      });
      assert.equal(failureOf(cycle(world, trusted)), 'none');
    });

    it('says where an image is: the Director first, then the Image repository', () => {
      const world = newWorld(name);
      const at = (uri: string | undefined) =>
        [...directorTargets().targets].map(
          ([file, target]) => [file, { ...target, custom: target.custom && { ...target.custom, uri } }] as const,
        );
      publish(world, world.director, {
        targets: directorTargets({ version: 2, targets: new Map(at('https://cdn.example/d.bin')) }),
      });
      assert.equal(cycle(world).images[0]?.uri, 'https://cdn.example/d.bin');
      publish(world, world.director, { targets: directorTargets({ version: 3, targets: new Map(at(undefined)) }) });
      assert.equal(cycle(world).images[0]?.uri, undefined);
    });
  });
