import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dialectOf, noExtra, type Signer, signerOf, signPayload, type TrustedState } from '@bulkhead/uptane';
import { pollAktualizr } from '../../../../../packages/uptane/src/testing/aktualizr-client.ts';
import { now } from '../../../../../packages/uptane/src/testing.ts';
import {
  brakeFile,
  cycle,
  failureOf,
  fileMeta,
  newWorld,
  provisioned,
  type World,
  worlds,
} from '../../../../../packages/uptane/src/testing-world.ts';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { deriveSecret, ed25519KeyFrom } from '../../platform/keys/derive.ts';
import type { Credentials } from '../identity/testing.ts';
import { imagesMigrations } from './index.ts';
import {
  ada,
  firstCeremony,
  later,
  newPeople,
  openTestDoor,
  release,
  signRootDraft,
  type TestDoor,
  type TestImages,
  testImages,
} from './testing.ts';

const most = 2 ** 31 - 1;
let database: TestDatabase;
let it: TestImages;
let door: TestDoor;
let ecu: Credentials;
const people = newPeople();

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
  door = await openTestDoor(it);
  ecu = await door.device('ECU-1');
  await firstCeremony(it, people);
  await release(it, people, 2, { [brakeFile]: 'brake 2.0' });
});
after(async () => {
  await door?.close();
  await database?.close();
  it?.remove();
});

/** What the door serves now, in the place of the image repository of a made-up world. */
async function load(world: World): Promise<void> {
  const { dialect, image } = world;
  const prefix = dialect.name === 'a' ? '/repo/' : '/repo-tuf/';
  image.files.clear();
  const paths = [1, 2, 3, 4, 5].flatMap((version) =>
    ['root', 'targets', 'snapshot', 'timestamp', 'acme'].map((role) => dialect.path(role, version)),
  );
  for (const path of new Set(paths)) {
    const { status, body } = await door.get(prefix + path, ecu);
    if (status === 200) image.files.set(path, body);
  }
}

async function opened(name: 'a' | 'b'): Promise<{ world: World; built: TrustedState }> {
  const world = newWorld(name);
  await load(world);
  const root = world.image.files.get(world.dialect.path('root', 1)) as Buffer;
  return { world, built: { director: provisioned(world).director, image: { root } } };
}

const stolen = (role: 'snapshot' | 'timestamp'): Signer =>
  signerOf(ed25519KeyFrom(deriveSecret(it.deps.keys, `images-${role}-1`)));

/** Everything that the online keys can say, at the highest version. */
function fastForward({ dialect, image }: World): void {
  const timestamp = dialect.readTimestamp(image.files.get(dialect.path('timestamp', 1)) as Buffer).signed;
  const path = dialect.path('snapshot', timestamp.snapshot.version);
  const snapshot = dialect.readSnapshot(image.files.get(path) as Buffer).signed;
  const forged = signPayload({ ...snapshot, version: most, expires: later }, dialect, [stolen('snapshot')]);
  const meta = fileMeta(most, forged);
  const stamp = { type: 'timestamp', version: most, expires: later, snapshot: meta, extra: noExtra } as const;
  image.files.set(dialect.path('snapshot', most), forged);
  image.files.set(dialect.path('timestamp', most), signPayload(stamp, dialect, [stolen('timestamp')]));
}

test('what the door serves is what a Primary takes, in both wire forms', async () => {
  let seen = 0;
  for (const name of worlds) {
    const { world, built } = await opened(name);
    const outcome = cycle(world, built);
    assert.deepEqual(
      [failureOf(outcome), outcome.images.map(({ filename, chain }) => [filename, chain])],
      ['none', [[brakeFile, ['targets', 'acme']]]],
    );
    seen++;
  }
  assert.equal(seen, 2);
});

test('an aktualizr takes it too', async () => {
  const { world } = await opened('a');
  const { targets } = pollAktualizr({
    now,
    ecus: [
      { serial: 'primary-1', hardwareId: 'gateway' },
      { serial: 'brake-1', hardwareId: 'bcm-2' },
    ],
    files: { get: (repository, path) => world[repository === 'repo' ? 'image' : 'director'].files.get(path) },
  });
  assert.deepEqual(
    targets.map(({ filename, length }) => [filename, length]),
    [[brakeFile, 9]],
  );
});

describe('the loss of the keys for snapshot and timestamp', () => {
  test('withholds updates and installs nothing, and a ceremony that replaces them recovers every client', async () => {
    let recovered = 0;
    const victims: { name: 'a' | 'b'; world: World; trusted: TrustedState }[] = [];
    for (const name of worlds) {
      const { world, built } = await opened(name);
      fastForward(world);
      const fooled = cycle(world, built);
      assert.ok(fooled.images.every(({ hashes }) => hashes.get('sha256') !== 'evil'));
      await load(world);
      assert.match(failureOf(cycle(world, fooled.trusted)), /uptane\.rollback image\/timestamp/);
      victims.push({ name, world, trusted: fooled.trusted });
    }

    const { repository } = it.images;
    for (const role of ['snapshot', 'timestamp'] as const) await repository.renewOnlineKey(role, ada);
    await repository.createRoot({ expires: later, roles: {} }, ada);
    for (const { name } of victims) {
      await signRootDraft(it, name, people.root);
      await repository.publish(name, false, ada);
    }
    for (const { world, trusted } of victims) {
      await load(world);
      const outcome = cycle(world, trusted);
      assert.deepEqual([failureOf(outcome), outcome.images.length], ['none', 1]);
      // and what the thief signs from now on counts for nothing
      fastForward(world);
      assert.match(failureOf(cycle(world, outcome.trusted)), /uptane\.arbitrary-software image\/timestamp/);
      recovered++;
    }
    assert.equal(recovered, 2);
    assert.deepEqual(
      (await repository.status()).onlineKeys.map(({ role, generation }) => [role, generation]),
      [
        ['snapshot', 2],
        ['snapshot', 1],
        ['timestamp', 2],
        ['timestamp', 1],
      ],
    );
  });
});

test('the loss of a supplier key reaches no further than its patterns', async () => {
  const { acme } = people;
  const thief = it.images.repository.upload(
    'targets',
    signPayload(
      {
        ...dialectOf('a').readTargets((await it.images.repository.download('a', 'targets', { draft: false })).bytes)
          .signed,
        version: 9,
      },
      dialectOf('a'),
      [acme],
    ),
    ada,
  );
  await assert.rejects(thief, /None of the keys to which root gives the role targets/);
});
