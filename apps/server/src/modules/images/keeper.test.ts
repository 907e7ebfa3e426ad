import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dialectA } from '@bulkhead/uptane';
import { platformMigrations } from '../../platform/db/platform-migrations.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createKeyStore } from '../../platform/keys/index.ts';
import { imagesMigrations } from './index.ts';
import {
  ada,
  both,
  firstCeremony,
  newPeople,
  signTargetsDraft,
  supplierFile,
  type TestImages,
  testImages,
} from './testing.ts';

const hour = 3_600_000;
let database: TestDatabase;
let it: TestImages;
const people = newPeople();

before(async () => {
  database = await testDatabase([...platformMigrations, imagesMigrations]);
  it = testImages(database.db);
  await firstCeremony(it, people);
});
after(async () => {
  await database?.close();
  it?.remove();
});

const timestamp = async (test: TestImages = it) =>
  dialectA.readTimestamp((await test.images.repository.download('a', 'timestamp', { draft: false })).bytes).signed;

describe('the keeper of the Image repository', () => {
  test('signs snapshot and timestamp anew when half of their time has passed, and not before', async () => {
    const { version } = await timestamp();
    await it.images.keeper.refreshAll();
    assert.equal((await timestamp()).version, version);
    it.clock.advance(13 * hour);
    await it.images.keeper.refreshAll();
    const next = await timestamp();
    assert.deepEqual([next.version, next.expires], [version + 1, '2026-11-21T23:00:00Z']);
  });

  test('does so once, of two replicas that begin together', async () => {
    const other = testImages(database.db, { clock: it.clock, directory: it.directory });
    const { version } = await timestamp();
    it.clock.advance(13 * hour);
    await Promise.all([it.images.keeper.refreshAll(), other.images.keeper.refreshAll()]);
    assert.equal((await timestamp()).version, version + 1);
  });

  test('tells people and metrics when it cannot, and when it can again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bulkhead-images-'));
    try {
      const keys = createKeyStore({ directory: join(directory, 'keys') });
      const stranger = testImages(database.db, { clock: it.clock, directory: it.directory, more: { keys } });
      it.clock.advance(13 * hour);
      const { version } = await timestamp();
      await stranger.images.keeper.refreshAll();
      await stranger.images.keeper.refreshAll();
      assert.equal((await timestamp()).version, version);
      assert.equal(stranger.notices.length, 2, 'one for each wire form, not for each attempt');
      assert.match(stranger.notices[0]?.text ?? '', /replicas share one key directory/);
      assert.equal(stranger.counts.get('images_signing_failures_total a'), 2);
      const faults = (await it.images.repository.status()).dialects.map(({ fault }) => fault !== null);
      assert.deepEqual(faults, [true, true]);

      await it.images.keeper.refreshAll();
      assert.equal((await timestamp()).version, version + 1);
      assert.deepEqual(
        (await it.images.repository.status()).dialects.map(({ fault }) => fault),
        [null, null],
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('is not kept from it by one supplier whose file expired, and warns before', async () => {
    const soon = '2026-12-10T00:00:00Z';
    for (const dialect of both) {
      await it.images.repository.upload('acme', supplierFile(dialect, people.acme, 2, {}, soon), ada);
      await it.images.repository.publish(dialect, false, ada);
    }
    it.notices.length = 0;
    await it.images.keeper.watchExpiry();
    assert.deepEqual(
      it.notices.map(({ severity, subject }) => [severity, subject]),
      Array(2).fill(['medium', 'The file of acme expires in 18 days']),
    );
    const keys = new Set(it.notices.map(({ dedupeKey }) => dedupeKey));
    await it.images.keeper.watchExpiry();
    assert.ok(it.notices.every(({ dedupeKey }) => keys.has(dedupeKey)));

    it.clock.advance(30 * 24 * hour);
    const { version } = await timestamp();
    await it.images.keeper.refreshAll();
    assert.equal((await timestamp()).version, version + 1);
    it.notices.length = 0;
    await it.images.keeper.watchExpiry();
    assert.equal(it.notices[0]?.severity, 'critical');
  });

  test('stops when the top-level targets expired, until their people sign again', async () => {
    await it.images.repository.createTargets({ expires: '2027-01-10T00:00:00Z' }, ada);
    for (const dialect of both) {
      await signTargetsDraft(it, dialect, people.targets);
      await it.images.repository.publish(dialect, false, ada);
    }
    it.clock.advance(40 * 24 * hour);
    const { version } = await timestamp();
    it.notices.length = 0;
    await it.images.keeper.refreshAll();
    assert.equal((await timestamp()).version, version);
    assert.match(it.notices[0]?.text ?? '', /targets: expired/);
  });
});
