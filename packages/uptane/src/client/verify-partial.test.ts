import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UptaneError } from '../error.ts';
import { noExtra } from '../json/fields.ts';
import { earlier, hashesOf, newSigner, now, refusedAs, targetOf } from '../testing.ts';
import {
  brakeFile,
  cycle,
  delegating,
  directorTarget,
  directorTargets,
  failureOf,
  newWorld,
  partialCycle,
  provisioned,
  publish,
  rotate,
  serve,
  vehicle,
  worlds,
} from '../testing-world.ts';
import { runStepsAsync } from './fetch.ts';
import { createImageCheck } from './image-check.ts';
import { verifyFull } from './verify-full.ts';

for (const name of worlds)
  describe(`partial verification in dialect ${name.toUpperCase()}`, () => {
    it('needs the Director root and targets only, and finds the image of this ECU', () => {
      const world = newWorld(name);
      const outcome = partialCycle(world);

      assert.equal(failureOf(outcome), 'none');
      assert.deepEqual(
        [outcome.image?.serial, outcome.image?.filename, outcome.correlationId],
        ['brake-1', brakeFile, 'campaign-1'],
      );
      assert.deepEqual(
        world.requests.map(({ role }) => role),
        ['root', 'targets'],
      );
    });

    it('finds nothing for an ECU that is not named, or runs the image already', () => {
      const world = newWorld(name);
      const installed = { filename: brakeFile, length: 9, hashes: hashesOf('brake 2.0'), releaseCounter: 2 };
      assert.deepEqual(partialCycle(world, { serial: 'esp-1' }).image, undefined);
      const outcome = partialCycle(world, { ecu: { hardwareId: 'bcm-2', installed } });
      assert.deepEqual([failureOf(outcome), outcome.image], ['none', undefined]);
    });

    it('refuses each attack that it can see, by name', () => {
      const { delegations } = delegating([newSigner()], []);
      const twice = new Map([...directorTargets().targets, ['b.bin', directorTarget] as const]);
      const cases = [
        [{ targets: directorTargets(), expires: { targets: earlier } }, 'freeze'],
        [{ targets: directorTargets(), by: { targets: [newSigner()] } }, 'arbitrary-software'],
        [{ targets: directorTargets({ delegations }) }, 'director-delegation'],
        [{ targets: directorTargets({ targets: twice }) }, 'duplicate-ecu'],
        [{ targets: directorTargets({ targets: new Map(), custom: undefined }) }, 'replay'],
        [
          { targets: directorTargets({ custom: { vehicleId: 'other', correlationId: undefined, extra: noExtra } }) },
          'replay',
        ],
      ] as const;
      for (const [what, attack] of cases) {
        const world = newWorld(name);
        publish(world, world.director, what);
        const outcome = partialCycle(world);
        assert.equal(failureOf(outcome), `uptane.${attack} director/targets`);
        assert.deepEqual([outcome.image, outcome.trusted.director.targets], [undefined, undefined]);
      }
      const world = newWorld(name);
      assert.equal(
        failureOf(partialCycle(world, { ecu: { hardwareId: 'bcm-3' } })),
        'uptane.wrong-hardware director/targets',
      );
      assert.equal(failureOf(partialCycle(world, { now: undefined })), 'uptane.no-secure-time time');
    });

    it('refuses older targets and a lower release counter', () => {
      const world = newWorld(name);
      publish(world, world.director, { targets: directorTargets({ version: 3 }) });
      world.director.files.set(
        world.dialect.path('targets', 1),
        world.director.files.get(world.dialect.path('targets', 3)) as Uint8Array,
      );
      const { trusted } = partialCycle(world);
      publish(world, world.director, { targets: directorTargets({ version: 1 }) });
      assert.equal(failureOf(partialCycle(world, { trusted })), 'uptane.rollback director/targets');

      const installed = { filename: 'x', length: 1, hashes: hashesOf('x'), releaseCounter: 3 };
      assert.equal(
        failureOf(partialCycle(world, { ecu: { hardwareId: 'bcm-2', installed } })),
        'uptane.rollback director/targets',
      );
    });

    it('follows a new root', () => {
      const world = newWorld(name);
      const trusted = { director: provisioned(world).director };
      rotate(world, world.director, { root: [newSigner()], targets: [newSigner()] });
      publish(world, world.director, { targets: directorTargets() });
      assert.equal(failureOf(partialCycle(world, { trusted })), 'none');
    });

    it('takes a set of the Director that delegates nothing, in words of its own dialect only', () => {
      const other = newWorld(name === 'a' ? 'b' : 'a');
      const world = newWorld(name);
      world.director.files.set(
        world.dialect.path('targets', 1),
        other.director.files.get(other.dialect.path('targets', 1)) as Uint8Array,
      );
      assert.match(
        failureOf(partialCycle(world)),
        /^uptane\.(wrong-role|missing-field|wrong-value) director\/targets$/,
      );
    });
  });

describe('driving a verification over a network', () => {
  it('comes to the same end as with files at hand', async () => {
    const world = newWorld('a');
    const input = { dialect: 'a', now, vehicle, trusted: provisioned(world) } as const;
    const outcome = await runStepsAsync(verifyFull(input), (request) => Promise.resolve(serve(world)(request)));
    assert.deepEqual(outcome, cycle(world, input.trusted));
  });

  it('ends with what the network layer detected, keeping what was verified until then', async () => {
    const world = newWorld('b');
    const slow = new UptaneError('uptane.slow-retrieval', 'director/snapshot', '1 byte in 2 s');
    const outcome = await runStepsAsync(
      verifyFull({ dialect: 'b', now, vehicle, trusted: provisioned(world) }),
      (request) => (request.role === 'snapshot' ? Promise.reject(slow) : Promise.resolve(serve(world)(request))),
    );
    assert.equal(outcome.failure, slow);
    assert.ok(outcome.trusted.director.timestamp);
  });

  it('does not swallow an error that is no failure of the protocol', async () => {
    const world = newWorld('b');
    const steps = verifyFull({ dialect: 'b', now, vehicle, trusted: provisioned(world) });
    await assert.rejects(
      runStepsAsync(steps, () => Promise.reject(new TypeError('a bug'))),
      /a bug/,
    );
  });
});

describe('the bytes of an image', () => {
  const expected = { filename: 'a.bin', length: 9, hashes: hashesOf('brake 2.0') };
  const check = (...chunks: string[]) => {
    const running = createImageCheck(expected);
    for (const chunk of chunks) running.update(Buffer.from(chunk));
    running.finish();
  };

  it('pass when length and every hash fit, in whatever pieces they come', () => {
    check('brake 2.0');
    check('brake', '', ' 2', '.0');
  });

  it('are refused at the first byte too many, and when they are too few or others', () => {
    assert.throws(() => check('brake 2.0', '!'), refusedAs('uptane.endless-data', 'a.bin'));
    assert.throws(() => check('brake'), refusedAs('uptane.arbitrary-software', 'a.bin'));
    assert.throws(() => check('brake 2.1'), refusedAs('uptane.arbitrary-software', 'a.bin'));
  });

  it('are refused when only one of two hashes fits, whichever it is', () => {
    for (const name of ['sha256', 'sha512'] as const) {
      const hashes = new Map([...expected.hashes, [name, targetOf('x').hashes.get(name) ?? ''] as const]);
      const running = createImageCheck({ ...expected, hashes });
      running.update(Buffer.from('brake 2.0'));
      assert.throws(() => running.finish(), refusedAs('uptane.arbitrary-software'));
    }
  });

  it('of no length are checked too', () => {
    createImageCheck({ filename: 'empty', length: 0, hashes: hashesOf('') }).finish();
    assert.throws(
      () => createImageCheck({ filename: 'empty', length: 0, hashes: new Map() }).finish(),
      refusedAs('uptane.arbitrary-software'),
    );
  });
});
