import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noExtra } from '../json/fields.ts';
import { generateSigningKey, type Signer, signerOf } from '../keys/signer.ts';
import type { Target, Targets } from '../model/targets.ts';
import { signPayload } from '../signing/sign.ts';
import { earlier, newSigner, roleOf, rootFor, targetOf, targetsOf } from '../testing.ts';
import {
  brakeFile,
  cycle,
  delegating,
  delegationTo,
  directorTarget,
  directorTargets,
  failureOf,
  imageTarget,
  newWorld,
  provisioned,
  publish,
  publishImages,
  repositories,
  rotate,
  vehicle,
  type World,
  worlds,
} from '../testing-world.ts';

/** Publishes the ordinary set of a repository with a change. */
function republish(
  world: World,
  repository: 'director' | 'image',
  more: Parameters<typeof publishImages>[1],
  version: number,
): void {
  if (repository === 'image') publishImages(world, more, version);
  else publish(world, world.director, { targets: directorTargets({ version }), ...more });
}

for (const name of worlds)
  describe(`a Primary in dialect ${name.toUpperCase()}, attacked by`, () => {
    it('a dropped request: says which file is withheld, and keeps what it has', () => {
      for (const repository of repositories)
        for (const role of ['timestamp', 'snapshot', 'targets']) {
          const world = newWorld(name);
          world[repository].files.delete(world.dialect.path(role, 1));
          const outcome = cycle(world);
          assert.equal(failureOf(outcome), `uptane.drop-request ${repository}/${role}`);
          assert.deepEqual(outcome.images, []);
        }
    });

    it('a freeze: refuses each role once it has expired', () => {
      let seen = 0;
      for (const repository of repositories) {
        for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
          const world = newWorld(name);
          republish(world, repository, { expires: { [role]: earlier } }, 2);
          assert.equal(failureOf(cycle(world)), `uptane.freeze ${repository}/${role}`);
          seen++;
        }
        const world = newWorld(name);
        world[repository].root = { ...world[repository].root, expires: earlier };
        assert.equal(failureOf(cycle(world)), `uptane.freeze ${repository}/root`);
      }
      const world = newWorld(name);
      const { supplier } = world;
      publishImages(world, {
        delegated: { acme: { targets: targetsOf({ [brakeFile]: imageTarget }, { expires: earlier }), by: [supplier] } },
      });
      assert.equal(failureOf(cycle(world)), 'uptane.freeze image/acme');
      assert.equal(seen, 6);
    });

    it('a rollback: refuses older versions of each role', () => {
      for (const repository of repositories) {
        const world = newWorld(name);
        republish(world, repository, {}, 5);
        const { trusted } = cycle(world);

        republish(world, repository, {}, 4);
        assert.equal(failureOf(cycle(world, trusted)), `uptane.rollback ${repository}/timestamp`);
        const timestampOnly = { ...trusted, [repository]: { ...trusted[repository], timestamp: undefined } };
        assert.equal(failureOf(cycle(world, timestampOnly)), `uptane.rollback ${repository}/snapshot`);
        const targetsOnly = { ...timestampOnly, [repository]: { ...timestampOnly[repository], snapshot: undefined } };
        assert.equal(failureOf(cycle(world, targetsOnly)), `uptane.rollback ${repository}/targets`);
      }
    });

    it('a rollback: refuses a timestamp that goes on counting but speaks of an older snapshot', () => {
      const world = newWorld(name);
      republish(world, 'director', {}, 5);
      const { trusted } = cycle(world);
      republish(world, 'director', { version: 6, snapshotMeta: (meta) => ({ ...meta, version: 4 }) }, 6);
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.rollback director/snapshot');
    });

    it('a rollback: refuses a snapshot that lists an older targets file, or no longer lists one', () => {
      const world = newWorld(name);
      publishImages(world, {}, 5);
      const { trusted } = cycle(world);
      publishImages(
        world,
        {
          version: 6,
          meta: (meta) =>
            new Map([...meta, ['acme.json', { version: 4, length: undefined, hashes: undefined, extra: noExtra }]]),
        },
        6,
      );
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.rollback image/acme.json');
      publishImages(
        world,
        { version: 7, meta: (meta) => new Map([...meta].filter(([file]) => file !== 'acme.json')) },
        7,
      );
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.rollback image/snapshot');
    });

    it('a rollback: refuses an image with a lower release counter than the one installed, or with none', () => {
      for (const releaseCounter of [1, undefined]) {
        const world = newWorld(name);
        const custom = { ...directorTarget.custom, releaseCounter };
        publish(world, world.director, {
          targets: directorTargets({ targets: new Map([[brakeFile, targetOf('brake 2.0', custom)]]) }),
        });
        const installed = {
          filename: 'acme/brake/1.9.bin',
          length: 1,
          hashes: targetOf('x').hashes,
          releaseCounter: 2,
        };
        const ecus = new Map([...vehicle.ecus, ['brake-1', { hardwareId: 'bcm-2', installed }] as const]);
        assert.equal(
          failureOf(cycle(world, provisioned(world), { vehicle: { ...vehicle, ecus } })),
          'uptane.rollback director/targets',
        );
      }
    });

    it('a rollback: refuses a release counter below that of the targets before, though nothing of them was installed', () => {
      const world = newWorld(name);
      const { trusted } = cycle(world);
      const older = targetOf('brake 1.9', { ...directorTarget.custom, releaseCounter: 1 });
      const targets = directorTargets({ version: 2, targets: new Map([['acme/brake/1.9.bin', older]]) });
      publish(world, world.director, { targets });
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.rollback director/targets');

      // an update is taken back by naming what is installed, which is no rollback
      const installed = { filename: 'acme/brake/1.9.bin', length: 9, hashes: older.hashes, releaseCounter: 1 };
      const ecus = new Map([...vehicle.ecus, ['brake-1', { hardwareId: 'bcm-2', installed }] as const]);
      const outcome = cycle(world, trusted, { vehicle: { ...vehicle, ecus } });
      assert.deepEqual([failureOf(outcome), outcome.images], ['none', []]);
    });

    it('endless data: refuses more bytes than a role may have, and a chain of roots without end', () => {
      for (const [role, file] of [
        ['root', '2.root.json'],
        ['timestamp', 'timestamp.json'],
      ] as const) {
        const world = newWorld(name);
        world.director.files.set(file, Buffer.alloc(600_000, ' '));
        assert.equal(failureOf(cycle(world)), `uptane.endless-data director/${role}`);
      }
      const world = newWorld(name);
      const trusted = provisioned(world);
      for (let i = 0; i < 260; i++) rotate(world, world.director, {});
      const first = cycle(world, trusted);
      assert.equal(failureOf(first), 'uptane.endless-data director/root');
      // what was verified is kept, so that an honest repository with many roots is caught up with
      assert.equal(failureOf(cycle(world, first.trusted)), 'none');
    });

    it('endless data: reads no more of a snapshot than the timestamp announces', () => {
      const world = newWorld(name);
      const path = world.dialect.path('snapshot', 1);
      const bytes = world.director.files.get(path) as Uint8Array;
      world.director.files.set(path, Buffer.concat([bytes, Buffer.from(' ')]));
      assert.equal(failureOf(cycle(world)), 'uptane.endless-data director/snapshot');
    });

    it('mix-and-match: refuses files of different sets', () => {
      for (const repository of repositories)
        for (const role of ['snapshot', 'targets']) {
          const world = newWorld(name);
          const path = world.dialect.path(role, 2);
          const old = world[repository].files.get(world.dialect.path(role, 1)) as Uint8Array;
          republish(world, repository, {}, 2);
          world[repository].files.set(path, old);
          assert.equal(failureOf(cycle(world)), `uptane.mix-and-match ${repository}/${role}`);
        }
    });

    it('mix-and-match: refuses an image about which the two repositories disagree', () => {
      const changes: readonly Target[] = [
        { ...imageTarget, length: 10 },
        { ...imageTarget, hashes: targetOf('other').hashes },
        { ...imageTarget, hashes: new Map([...imageTarget.hashes, ['sha512', 'ab'.repeat(64)]]) },
        targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 3 }),
        targetOf('brake 2.0', { hardwareIds: ['bcm-2'] }),
        targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 2, shallMatch: { needs: ['esp 4'] } }),
        targetOf('brake 2.0', { hardwareIds: ['bcm-2'], releaseCounter: 2, ecus: new Map() }),
      ];
      for (const target of changes) {
        const world = newWorld(name);
        const { supplier } = world;
        publishImages(world, { delegated: { acme: { targets: targetsOf({ [brakeFile]: target }), by: [supplier] } } });
        assert.equal(failureOf(cycle(world)), `uptane.mix-and-match ${brakeFile}`);
      }
    });

    it('arbitrary software: refuses files signed with another key, or by too few', () => {
      for (const repository of repositories)
        for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
          const world = newWorld(name);
          republish(world, repository, { by: { [role]: [newSigner()] } }, 2);
          assert.equal(failureOf(cycle(world)), `uptane.arbitrary-software ${repository}/${role}`);
        }
    });

    it('arbitrary software: refuses a root that too few keys of the old or of the new one signed', () => {
      const world = newWorld(name);
      const { root: old, ...others } = world.director.signers;
      const fresh = [newSigner(), newSigner()];
      const next = rootFor({ root: fresh, ...others }, { version: 2, consistentSnapshot: true });
      const one = (signers: readonly Signer[]) => signers.slice(0, 1);
      for (const by of [fresh, old, [...one(old), ...fresh], [...old, ...one(fresh)], []]) {
        world.director.files.set('2.root.json', signPayload(next, world.dialect, by));
        assert.equal(failureOf(cycle(world)), 'uptane.arbitrary-software director/root');
      }
      world.director.files.set('2.root.json', signPayload(next, world.dialect, [...old, ...fresh]));
      assert.equal(failureOf(cycle(world)), 'none');
    });

    it('a root of another version than the one asked for, however well it is signed', () => {
      const cases = [
        [1, 'rollback'],
        [3, 'mix-and-match'],
        [2 ** 31 - 1, 'mix-and-match'],
      ] as const;
      for (const [version, attack] of cases) {
        const world = newWorld(name);
        world.director.files.set(
          '2.root.json',
          signPayload({ ...world.director.root, version }, world.dialect, world.director.signers.root),
        );
        assert.equal(failureOf(cycle(world)), `uptane.${attack} director/root`);
      }
    });

    it('arbitrary software: one key under two ids does not meet a threshold of two', () => {
      const key = generateSigningKey();
      const twice = [signerOf(key, 'one'), signerOf(key, 'two')];
      const world = newWorld(name);
      const { director } = world;
      const keys = new Map([...director.root.keys, ...twice.map((signer) => [signer.keyId, signer.key] as const)]);
      const honest = newSigner();
      const role = roleOf([...twice, honest], 2);
      const roles = new Map([...director.root.roles, ['targets', role] as const]);
      director.root = { ...director.root, keys: new Map([...keys, [honest.keyId, honest.key]]), roles };
      publish(world, director, { targets: directorTargets(), by: { targets: twice } });
      assert.equal(failureOf(cycle(world)), 'uptane.arbitrary-software director/targets');
      publish(world, director, { targets: directorTargets(), by: { targets: [...twice, honest] } });
      assert.equal(failureOf(cycle(world)), 'none');
    });

    it('a file of another role in the place of one', () => {
      const world = newWorld(name);
      world.director.files.set(
        'timestamp.json',
        world.director.files.get(world.dialect.path('snapshot', 1)) as Uint8Array,
      );
      assert.equal(failureOf(cycle(world)), 'uptane.wrong-role director/timestamp');
    });

    const ecus = (entries: readonly (readonly [string, string])[]) => ({
      ecus: new Map(
        entries.map(([serial, hardwareId]) => [serial, { hardwareId, encrypted: undefined, extra: noExtra }]),
      ),
      releaseCounter: 2,
    });
    const directed = (targets: Readonly<Record<string, Target>>, more: Partial<Targets> = {}) => {
      const world = newWorld(name);
      publish(world, world.director, {
        targets: directorTargets({ targets: new Map(Object.entries(targets)), ...more }),
      });
      return cycle(world);
    };

    it('wrong hardware: by the vehicle, by the Director, by the Image repository', () => {
      assert.equal(
        failureOf(directed({ [brakeFile]: targetOf('brake 2.0', ecus([['brake-1', 'bcm-3']])) })),
        'uptane.wrong-hardware director/targets',
      );
      const world = newWorld(name);
      const gateway = targetOf('brake 2.0', ecus([['primary-1', 'gateway']]));
      publish(world, world.director, { targets: directorTargets({ targets: new Map([[brakeFile, gateway]]) }) });
      assert.equal(failureOf(cycle(world)), `uptane.wrong-hardware ${brakeFile}`);
    });

    it('an image for an ECU that the vehicle has not, or two images for one ECU', () => {
      assert.equal(
        failureOf(directed({ [brakeFile]: targetOf('brake 2.0', ecus([['brake-9', 'bcm-2']])) })),
        'uptane.unknown-ecu director/targets',
      );
      const twice = { [brakeFile]: directorTarget, 'acme/brake/3.bin': targetOf('3', ecus([['brake-1', 'bcm-2']])) };
      assert.equal(failureOf(directed(twice)), 'uptane.duplicate-ecu director/targets');
    });

    it('a Director that delegates', () => {
      const world = newWorld(name);
      const { supplier } = world;
      const { delegations } = delegating([supplier], [delegationTo([supplier])]);
      publish(world, world.director, { targets: directorTargets({ delegations }) });
      assert.equal(failureOf(cycle(world)), 'uptane.director-delegation director/targets');
    });

    it('the targets of another vehicle, full or empty, and empty ones that name no vehicle', () => {
      const other = { vehicleId: 'WVWZZZ1KZAW000002', correlationId: undefined, extra: noExtra };
      assert.equal(
        failureOf(directed({ [brakeFile]: directorTarget }, { custom: other })),
        'uptane.replay director/targets',
      );
      assert.equal(failureOf(directed({}, { custom: other })), 'uptane.replay director/targets');
      assert.equal(failureOf(directed({}, { custom: undefined })), 'uptane.replay director/targets');
      assert.equal(failureOf(directed({})), 'none');
    });

    it('a delegation whose patterns do not cover the image, or whose hardware is another', () => {
      for (const more of [{ paths: ['acme/*'] }, { paths: ['other/*/*'] }, { hardwareIds: ['bcm-3'] }]) {
        const world = newWorld(name);
        const { supplier } = world;
        publishImages(world, { targets: delegating([supplier], [delegationTo([supplier], more)]) });
        assert.equal(failureOf(cycle(world)), `uptane.no-such-image ${brakeFile}`);
      }
    });
  });
