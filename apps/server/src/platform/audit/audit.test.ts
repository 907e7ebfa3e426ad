import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { manualClock } from '@bulkhead/kernel';
import { appendLeaf, emptyRange, leafHash, noteKey, rootOf, sameHash, verifyCheckpoint } from '@bulkhead/merkle';
import { sql } from 'kysely';
import { inTransaction } from '../db/database.ts';
import { type TestDatabase, testDatabase } from '../db/testing.ts';
import { type AuditRecord, createAudit } from './audit.ts';
import { createSequencer } from './sequencer.ts';
import { verifyAudit } from './verify-audit.ts';
import { createAuditViews } from './views.ts';

const origin = 'fleet.example/audit';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = noteKey(origin, publicKey);
const clock = manualClock('2026-05-01T10:00:00Z');

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());
beforeEach(async () => {
  await sql`truncate platform_audit_entry, platform_audit_checkpoint`.execute(database.db);
  await sql`update platform_audit_tree set size = 0, range = '{}'`.execute(database.db);
});

function record(i: number, more: Partial<AuditRecord> = {}): AuditRecord {
  const by = { kind: 'operator', id: `op-${i % 3}`, name: `Operator ${i % 3}` } as const;
  return {
    action: i % 2 ? 'identity.revoke' : 'access.sign-in',
    subject: `subject-${i}`,
    by,
    details: { i, nested: { b: 1, a: [null, 'ü'] } },
    at: new Date(clock.now().getTime() + i),
    ...more,
  };
}

const sequencer = () => createSequencer({ db: database.db, privateKey, origin, clock });

/** `groups` times five entries, each group under its own signed checkpoint. */
async function filledLog(groups: number): Promise<void> {
  for (let group = 0; group < groups; group++) {
    await createAudit(database.db).appendAll(Array.from({ length: 5 }, (_, i) => record(group * 5 + i)));
    clock.advance(1_000);
    await sequencer().run();
  }
}

test('an entry is kept with the change it belongs to and lost with it', async () => {
  const failing = inTransaction(database.db, async (tx) => {
    await createAudit(tx).append(record(1));
    throw new Error('the change failed');
  });

  await assert.rejects(failing);
  await createAudit(database.db).append(record(2));

  const { items } = await createAuditViews(database.db).entriesPage({});
  assert.deepEqual(
    items.map(({ subject, index }) => ({ subject, index })),
    [{ subject: 'subject-2', index: null }],
  );
});

test('an untouched log verifies with every checkpoint, over many batches', async () => {
  await filledLog(3);
  await createAudit(database.db).appendAll(Array.from({ length: 4_100 }, (_, i) => record(100 + i)));
  clock.advance(1_000);
  const taken = await sequencer().run();
  await createAudit(database.db).append(record(9_999));

  const result = await verifyAudit(database.db, key);

  assert.equal(taken, 4_100);
  assert.equal(result.ok, true, result.fault ?? '');
  assert.equal(result.entries, 4_115);
  assert.equal(result.pending, 1);
  assert.ok(result.checkpoints >= 4);
});

test('an altered row is detected and named', async () => {
  await filledLog(3);
  for (const change of [
    sql`update platform_audit_entry set subject = 'another' where leaf_index = 7`,
    sql`update platform_audit_entry set subject = 'subject-7', actor_name = 'Nobody' where leaf_index = 7`,
    sql`update platform_audit_entry set actor_name = 'Operator 1', details = '{"i":8}' where leaf_index = 7`,
    sql`update platform_audit_entry set details = 'no json' where leaf_index = 7`,
    sql`update platform_audit_entry set at = at + interval '1 ms' where leaf_index = 7`,
  ]) {
    await change.execute(database.db);

    const result = await verifyAudit(database.db, key);

    assert.equal(result.ok, false);
    assert.equal(result.faultIndex, 7);
    assert.match(result.fault ?? '', /Entry 7 .* was altered/);
  }
});

test('a row altered together with its hash does not fit the signed checkpoint', async () => {
  await filledLog(3);
  const views = createAuditViews(database.db);
  const lines: string[] = [];
  for await (const line of views.exportLines()) lines.push(line);
  const forged = leafHash((lines[7] ?? '').replace('subject-7', 'another'));
  await sql`update platform_audit_entry set subject = 'another', leaf_hash = ${forged} where leaf_index = 7`.execute(
    database.db,
  );

  const result = await verifyAudit(database.db, key);

  assert.match(result.fault ?? '', /An entry from 5 to 9 was altered.*signed checkpoint of 10/);
  assert.equal(result.faultIndex, 5);
});

test('a removed, a moved and an inserted row are detected and named', async () => {
  await filledLog(2);
  await sql`create table saved as select * from platform_audit_entry`.execute(database.db);
  const restore = async () => {
    await sql`delete from platform_audit_entry`.execute(database.db);
    await sql`insert into platform_audit_entry select * from saved`.execute(database.db);
  };

  await sql`delete from platform_audit_entry where leaf_index = 3`.execute(database.db);
  const removed = await verifyAudit(database.db, key);
  await restore();
  await sql`update platform_audit_entry set leaf_index = -1 where leaf_index = 4`.execute(database.db);
  await sql`update platform_audit_entry set leaf_index = 4 where leaf_index = 6`.execute(database.db);
  await sql`update platform_audit_entry set leaf_index = 6 where leaf_index = -1`.execute(database.db);
  const moved = await verifyAudit(database.db, key);
  await restore();
  await sql`insert into platform_audit_entry select gen_random_uuid(), at, action, subject, actor_kind, actor_id, actor_name, details, 10, leaf_hash from saved where leaf_index = 9`.execute(
    database.db,
  );
  const inserted = await verifyAudit(database.db, key);
  await sql`drop table saved`.execute(database.db);

  assert.match(removed.fault ?? '', /Entry 3 is missing/);
  assert.match(moved.fault ?? '', /Entry 4 .* was altered/);
  assert.match(inserted.fault ?? '', /Entry 10 .*was altered/);
});

test('a tail cut off is detected by its checkpoint, and with its checkpoints gone by the one a client kept', async () => {
  await filledLog(3);
  const kept = (await createAuditViews(database.db).latestCheckpoint(key)).checkpoint ?? '';
  await sql`delete from platform_audit_entry where leaf_index >= 10`.execute(database.db);
  const cut = await verifyAudit(database.db, key);
  let range = emptyRange;
  for await (const line of createAuditViews(database.db).exportLines()) range = appendLeaf(range, leafHash(line));
  await sql`delete from platform_audit_checkpoint where size > 10`.execute(database.db);
  await sql`update platform_audit_tree set size = 10, range = ${[...range.hashes]}::bytea[]`.execute(database.db);

  const alone = await verifyAudit(database.db, key);
  const withMemory = await verifyAudit(database.db, key, [kept]);

  assert.match(cut.fault ?? '', /Entry 10 is missing: the log ends here, but a checkpoint of 15/);
  assert.equal(alone.ok, true, 'the database alone cannot know');
  assert.match(withMemory.fault ?? '', /Entry 10 is missing: the log ends here, but a checkpoint of 15/);
});

test('a checkpoint that the key has not signed is refused', async () => {
  await filledLog(1);
  const stranger = generateKeyPairSync('ed25519').publicKey;

  const result = await verifyAudit(database.db, noteKey(origin, stranger));

  assert.equal(result.ok, false);
  assert.match(result.fault ?? '', /not signed by fleet\.example\/audit/);
});

test('whoever has the exported lines and the checkpoint recomputes the root without the server', async () => {
  await filledLog(2);
  const views = createAuditViews(database.db);
  const { checkpoint, size } = await views.latestCheckpoint(key);

  let range = emptyRange;
  for await (const line of views.exportLines(0, size)) range = appendLeaf(range, leafHash(line));

  const head = verifyCheckpoint(checkpoint ?? '', key);
  assert.equal(range.size, head.size);
  assert.equal(sameHash(rootOf(range), head.root), true);
});

test('two replicas that sequence at the same time give each entry one place', async () => {
  await createAudit(database.db).appendAll(Array.from({ length: 3_000 }, (_, i) => record(i)));
  const [a, b] = [sequencer(), sequencer()];

  await Promise.all([a.run(), b.run(), a.run()]);
  await a.run({ checkpoint: 'now' });

  const result = await verifyAudit(database.db, key);
  assert.deepEqual([result.ok, result.entries, result.pending], [true, 3_000, 0]);
});

test('the running sequencer takes entries by itself and signs for all of them when it stops', async () => {
  const running = createSequencer({ db: database.db, privateKey, origin, clock, interval: 20 });
  running.start();
  await createAudit(database.db).append(record(1));
  for (let i = 0; i < 200 && (await verifyAudit(database.db, key)).pending > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await createAudit(database.db).append(record(2));

  await running.stop();

  const result = await verifyAudit(database.db, key);
  assert.deepEqual([result.ok, result.entries, result.pending], [true, 2, 0]);
  assert.equal((await createAuditViews(database.db).latestCheckpoint(key)).size, 2);
});

test('entries are listed newest first, filtered and page by page', async () => {
  await filledLog(2);
  const views = createAuditViews(database.db);

  const first = await views.entriesPage({ filter: 'action = "identity.revoke"', limit: 2 });
  const second = await views.entriesPage({ filter: 'action = "identity.revoke"', limit: 2, cursor: first.next ?? '' });

  assert.deepEqual(
    first.items.map(({ subject }) => subject),
    ['subject-9', 'subject-7'],
  );
  assert.deepEqual(
    second.items.map(({ subject }) => subject),
    ['subject-5', 'subject-3'],
  );
  assert.deepEqual(first.items[0]?.details, { i: 9, nested: { a: [null, 'ü'], b: 1 } });
});

test('a hostile name neither breaks its entry nor the verification, and oversized details are refused', async () => {
  const hostile = record(1, {
    subject: `\0\ud800${'x'.repeat(5_000)}`,
    details: { name: '\0\ud800"\\', __proto__: null },
  });
  await createAudit(database.db).append(hostile);
  await sequencer().run({ checkpoint: 'now' });

  const result = await verifyAudit(database.db, key);

  assert.equal(result.ok, true, result.fault ?? '');
  await assert.rejects(createAudit(database.db).append(record(2, { details: { blob: 'x'.repeat(70_000) } })), {
    code: 'audit.details-too-large',
  });
});
