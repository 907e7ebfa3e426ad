import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noExtra } from '../json/fields.ts';
import { signPayload } from '../signing/sign.ts';
import { later, newSigner, targetOf, targetsOf } from '../testing.ts';
import {
  brakeFile,
  cycle,
  directorTargets,
  failureOf,
  fileMeta,
  newWorld,
  partialCycle,
  provisioned,
  publish,
  publishImages,
  rotate,
  type World,
  worlds,
} from '../testing-world.ts';

const evil = { length: 4, hashes: targetOf('evil').hashes } as const;
const most = 2 ** 31 - 1;

/** Whether an attacker got any image installed other than the one both repositories released. */
function gotIn(world: World): boolean {
  return cycle(world).images.some(({ hashes }) => hashes.get('sha256') !== targetOf('brake 2.0').hashes.get('sha256'));
}

function evilDirectorTargets(version: number) {
  const targets = new Map(
    [...directorTargets().targets].map(([file, target]) => [file, { ...target, ...evil }] as const),
  );
  return directorTargets({ version, targets });
}

for (const name of worlds)
  describe(`the loss of one key alone, in dialect ${name.toUpperCase()}`, () => {
    it('of the Director targets: nothing else is installed by full verification, since snapshot and Image repository disagree', () => {
      const world = newWorld(name);
      const { dialect, director } = world;
      director.files.set(
        dialect.path('targets', 1),
        signPayload(evilDirectorTargets(1), dialect, director.signers.targets),
      );
      assert.equal(failureOf(cycle(world)), 'uptane.mix-and-match director/targets');
      assert.equal(gotIn(world), false);
    });

    it('of all online Director keys together: the Image repository still disagrees', () => {
      const world = newWorld(name);
      publish(world, world.director, { targets: evilDirectorTargets(2) });
      assert.equal(failureOf(cycle(world)), `uptane.mix-and-match ${brakeFile}`);
      assert.equal(gotIn(world), false);
    });

    it('of a snapshot or a timestamp: it can withhold, not install', () => {
      let seen = 0;
      for (const repository of ['director', 'image'] as const)
        for (const role of ['snapshot', 'timestamp'] as const) {
          const world = newWorld(name);
          const { dialect } = world;
          const { files, signers } = world[repository];
          const meta = new Map([['targets.json', fileMeta(9, Buffer.from('x'))]]);
          const common = { version: 9, expires: later, extra: noExtra };
          const forged =
            role === 'snapshot'
              ? signPayload({ type: 'snapshot', ...common, meta }, dialect, signers.snapshot)
              : signPayload(
                  { type: 'timestamp', ...common, snapshot: fileMeta(9, Buffer.from('x')) },
                  dialect,
                  signers.timestamp,
                );
          files.set(dialect.path(role, role === 'snapshot' ? 1 : 9), forged);
          assert.notEqual(failureOf(cycle(world)), 'none');
          assert.equal(gotIn(world), false);
          seen++;
        }
      assert.equal(seen, 4);
    });

    it('of the Image targets or of a supplier: nothing is installed that the Director does not want', () => {
      const world = newWorld(name);
      const { supplier } = world;
      publishImages(world, {
        delegated: {
          acme: {
            targets: targetsOf({ [brakeFile]: targetOf('evil', { hardwareIds: ['bcm-2'], releaseCounter: 2 }) }),
            by: [supplier],
          },
        },
      });
      assert.equal(failureOf(cycle(world)), `uptane.mix-and-match ${brakeFile}`);
      const top = targetsOf(
        { [brakeFile]: targetOf('evil', { hardwareIds: ['bcm-2'], releaseCounter: 2 }) },
        { version: 2 },
      );
      publish(world, world.image, { targets: top });
      assert.equal(failureOf(cycle(world)), `uptane.mix-and-match ${brakeFile}`);
    });

    it('of a supplier: it cannot vouch for what belongs to another', () => {
      const world = newWorld(name);
      const { supplier } = world;
      const other = 'other/esp/1.bin';
      const stolen = targetOf('evil', { hardwareIds: ['bcm-2'], releaseCounter: 2 });
      publish(world, world.director, {
        targets: directorTargets({
          version: 2,
          targets: new Map([[other, { ...evilDirectorTargets(1).targets.get(brakeFile) } as never]]),
        }),
      });
      publishImages(world, { delegated: { acme: { targets: targetsOf({ [other]: stolen }), by: [supplier] } } });
      assert.equal(failureOf(cycle(world)), `uptane.no-such-image ${other}`);
    });

    it('of one root key: it is below the threshold', () => {
      const world = newWorld(name);
      const { dialect, director } = world;
      const root = { ...director.root, version: 2 };
      director.files.set('2.root.json', signPayload(root, dialect, director.signers.root.slice(0, 1)));
      assert.equal(failureOf(cycle(world)), 'uptane.arbitrary-software director/root');
    });

    it('of the Director targets deceives a Secondary with partial verification: what such an ECU accepts by design', () => {
      const world = newWorld(name);
      const { dialect, director } = world;
      director.files.set(
        dialect.path('targets', 1),
        signPayload(evilDirectorTargets(1), dialect, director.signers.targets),
      );
      assert.equal(partialCycle(world).image?.length, 4);
    });
  });

for (const name of worlds)
  describe(`recovery from a fast-forward attack in dialect ${name.toUpperCase()}`, () => {
    for (const roles of [['timestamp'], ['snapshot'], ['timestamp', 'snapshot', 'targets']] as const)
      it(`comes with new keys for ${roles.join(', ')}`, () => {
        const world = newWorld(name);
        const start = provisioned(world);
        publish(world, world.director, {
          targets: directorTargets({ version: roles.length > 1 ? most : 1 }),
          version: most,
        });
        const attacked = cycle(world, start);
        assert.equal(failureOf(attacked), 'none');

        publish(world, world.director, { targets: directorTargets({ version: 2 }) });
        assert.equal(failureOf(cycle(world, attacked.trusted)), 'uptane.rollback director/timestamp');

        rotate(world, world.director, Object.fromEntries(roles.map((role) => [role, [newSigner()]])));
        publish(world, world.director, { targets: directorTargets({ version: 2 }) });
        const recovered = cycle(world, attacked.trusted);
        assert.equal(failureOf(recovered), 'none');
        assert.equal(world.dialect.readTimestamp(recovered.trusted.director.timestamp as Uint8Array).signed.version, 2);
      });

    it('does not come by adding a key, which leaves what the old one signed valid', () => {
      const world = newWorld(name);
      publish(world, world.director, { targets: directorTargets({ version: 5 }) });
      const { trusted } = cycle(world);
      const [old] = world.director.signers.timestamp;
      assert.ok(old);
      rotate(world, world.director, { timestamp: [old, newSigner()] });
      publish(world, world.director, { targets: directorTargets({ version: 4 }) });
      assert.equal(failureOf(cycle(world, trusted)), 'uptane.rollback director/timestamp');
    });

    it('comes to a Secondary with partial verification when the targets key is replaced', () => {
      const world = newWorld(name);
      const trusted = { director: provisioned(world).director };
      publish(world, world.director, { targets: directorTargets({ version: most }) });
      const at = (version: number) => world.director.files.get(world.dialect.path('targets', version)) as Uint8Array;
      world.director.files.set(world.dialect.path('targets', 1), at(most));
      const attacked = partialCycle(world, { trusted });
      assert.equal(failureOf(attacked), 'none');

      publish(world, world.director, { targets: directorTargets({ version: 1 }) });
      assert.equal(failureOf(partialCycle(world, { trusted: attacked.trusted })), 'uptane.rollback director/targets');
      rotate(world, world.director, { targets: [newSigner()] });
      publish(world, world.director, { targets: directorTargets({ version: 1 }) });
      assert.equal(failureOf(partialCycle(world, { trusted: attacked.trusted })), 'none');
    });
  });
