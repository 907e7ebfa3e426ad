import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Signer } from '../keys/signer.ts';
import type { DialectName } from '../model/signed.ts';
import type { Targets } from '../model/targets.ts';
import { signPayload } from '../signing/sign.ts';
import { earlier, later, newSigner, now, refusedAs, targetOf, targetsOf } from '../testing.ts';
import {
  brakeFile,
  cycle,
  delegating,
  delegationTo,
  failureOf,
  imageTarget,
  newWorld,
  provisioned,
  type World,
  worlds,
} from '../testing-world.ts';
import { createImageSet, type ImageSetInput } from './image-set.ts';

function inputFor(world: World, version: number, more: Partial<ImageSetInput> = {}): ImageSetInput {
  const { dialect, image, supplier } = world;
  const sign = (targets: Targets, by: readonly Signer[]) => signPayload(targets, dialect, by);
  return {
    dialect: dialect.name,
    root: image.files.get('1.root.json') as Uint8Array,
    targets: sign(delegating([supplier], [delegationTo([supplier])], { version }), image.signers.targets),
    delegated: new Map([['acme', sign(targetsOf({ [brakeFile]: imageTarget }, { version }), [supplier])]]),
    versions: { snapshot: version, timestamp: version },
    expires: { snapshot: new Date(later), timestamp: new Date(later) },
    now,
    keys: image.signers,
    ...more,
  };
}

const snapshotOf = (world: World, set: ReadonlyMap<string, Uint8Array>, version: number) =>
  set.get(world.dialect.path('snapshot', version)) as Uint8Array;

for (const name of worlds)
  describe(`a set of the Image repository in dialect ${name.toUpperCase()}`, () => {
    it('is what a Primary takes, delegations included', () => {
      const world = newWorld(name);
      const set = createImageSet(inputFor(world, 2));
      for (const [path, bytes] of set) world.image.files.set(path, bytes);
      const outcome = cycle(world, provisioned(world));
      assert.equal(failureOf(outcome), 'none');
      assert.deepEqual(outcome.images[0]?.chain, ['targets', 'acme']);
    });

    it('has the file names of its dialect', () => {
      const paths: Readonly<Record<DialectName, readonly string[]>> = {
        a: ['1.root.json', 'delegations/acme.json', 'snapshot.json', 'targets.json', 'timestamp.json'],
        b: ['1.root.json', '2.acme.json', '2.snapshot.json', '2.targets.json', 'timestamp.json'],
      };
      assert.deepEqual([...createImageSet(inputFor(newWorld(name), 2)).keys()].sort(), paths[name]);
    });

    it('never lets a file go back, disappear, or change without a new version', () => {
      const world = newWorld(name);
      const { dialect, supplier, image } = world;
      const previous = snapshotOf(world, createImageSet(inputFor(world, 5)), 5);
      const acme = (version: number, targets = targetsOf({ [brakeFile]: imageTarget }, { version })) =>
        new Map([['acme', signPayload(targets, dialect, [supplier])]]);
      const targets = (more: Partial<Targets>) =>
        signPayload(delegating([supplier], [delegationTo([supplier])], more), dialect, image.signers.targets);
      const alone = signPayload(targetsOf({}, { version: 6 }), dialect, image.signers.targets);

      assert.throws(() => createImageSet(inputFor(world, 5, { previous })), refusedAs('uptane.rollback', 'snapshot'));
      assert.throws(
        () => createImageSet(inputFor(world, 6, { previous, delegated: acme(4) })),
        refusedAs('uptane.rollback', 'acme.json'),
      );
      assert.throws(
        () => createImageSet(inputFor(world, 6, { previous, targets: targets({ version: 4 }) })),
        refusedAs('uptane.rollback', 'targets.json'),
      );
      assert.throws(
        () => createImageSet(inputFor(world, 6, { previous, targets: alone, delegated: new Map() })),
        refusedAs('uptane.rollback', 'acme.json'),
      );
      assert.throws(
        () => createImageSet(inputFor(world, 6, { previous, delegated: acme(5, targetsOf({}, { version: 5 })) })),
        refusedAs('uptane.mix-and-match', 'acme.json'),
      );
      // a supplier that lost its delegation stays listed
      const set = createImageSet(inputFor(world, 6, { previous, targets: alone, delegated: acme(5) }));
      assert.ok(dialect.readSnapshot(snapshotOf(world, set, 6)).signed.meta.has('acme.json'));
    });

    it('is not made of files that clients would refuse', () => {
      const world = newWorld(name);
      const { dialect, supplier, image } = world;
      const sign = (targets: Targets, by: readonly Signer[]) => signPayload(targets, dialect, by);
      const top = delegating([supplier], [delegationTo([supplier])], { version: 2 });
      const cases: readonly (readonly [Partial<ImageSetInput>, string, string])[] = [
        [{ targets: sign(top, [newSigner()]) }, 'arbitrary-software', 'targets'],
        [{ targets: sign({ ...top, expires: earlier }, image.signers.targets) }, 'freeze', 'targets'],
        [{ delegated: new Map([['acme', sign(targetsOf({}), [newSigner()])]]) }, 'arbitrary-software', 'acme'],
        [{ delegated: new Map([['acme', sign(targetsOf({}, { expires: earlier }), [supplier])]]) }, 'freeze', 'acme'],
        [{ delegated: new Map([['acme', Buffer.from('{}')]]) }, 'missing-field', 'acme'],
        [{ delegated: new Map() }, 'missing-field', 'acme'],
        [{ keys: { ...image.signers, snapshot: [newSigner()] } }, 'arbitrary-software', 'snapshot'],
        [{ keys: { ...image.signers, timestamp: [] } }, 'arbitrary-software', 'timestamp'],
        [{ now: new Date('2030-01-01') }, 'freeze', 'root'],
      ];
      for (const [more, code, place] of cases)
        assert.throws(
          () => createImageSet(inputFor(world, 2, more)),
          refusedAs(`uptane.${code}` as never, place),
          `${code} ${place}`,
        );
    });

    it('is refused when a file is larger than the smaller of what the two dialects’ clients take', () => {
      const world = newWorld(name);
      const images = Object.fromEntries(Array.from({ length: 21_000 }, (_, i) => [`acme/x/${i}.bin`, targetOf('x')]));
      const big = signPayload(targetsOf(images), world.dialect, [world.supplier]);
      assert.ok(big.length > 5_000_000);
      assert.throws(
        () => createImageSet(inputFor(world, 2, { delegated: new Map([['acme', big]]) })),
        refusedAs('uptane.too-large', 'acme'),
      );
    });

    it('has no delegated role whose name is a number, which tuf-js would put in another place', () => {
      const world = newWorld(name);
      const { dialect, supplier, image } = world;
      const top = signPayload(
        delegating([supplier], [delegationTo([supplier], {}, '10')]),
        dialect,
        image.signers.targets,
      );
      const delegated = new Map([['10', signPayload(targetsOf({}), dialect, [supplier])]]);
      assert.throws(
        () => createImageSet(inputFor(world, 2, { targets: top, delegated })),
        refusedAs('uptane.wrong-value', '10'),
      );
    });

    it('serves a file that its owner wrote with white space so that its announced hash fits', () => {
      const world = newWorld(name);
      const { delegated } = inputFor(world, 2);
      const pretty = Buffer.from(
        JSON.stringify(JSON.parse(Buffer.from(delegated.get('acme') as Uint8Array).toString()), null, 2),
      );
      for (const [path, bytes] of createImageSet(inputFor(world, 2, { delegated: new Map([['acme', pretty]]) })))
        world.image.files.set(path, bytes);
      assert.equal(failureOf(cycle(world, provisioned(world))), 'none');
    });
  });
