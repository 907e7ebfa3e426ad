import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Dossier, ReleaseDetail } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { inventoryMigrations } from '../inventory/index.ts';
import { architecture, auditedActions, publishedEvents } from '../inventory/testing.ts';
import { updatesMigrations } from './index.ts';
import {
  contentsOf,
  digest,
  fullDossier,
  itemFor,
  people,
  publishedRelease,
  type TestUpdates,
  testUpdates,
} from './testing.ts';

const { ada, ben, cleo, dan, token } = people;
let database: TestDatabase;
let desk: TestUpdates;
let softwareId: string;
let images: Map<string, { sha256: string; sha512: string | null; length: number }>;
before(async () => {
  database = await testDatabase([inventoryMigrations, updatesMigrations]);
  images = new Map(
    Array.from({ length: 20 }, (_, n) => [digest(n), { sha256: digest(n), sha512: null, length: 1_000 + n }]),
  );
  desk = testUpdates(database.db, {
    images: { byDigest: async (sha256) => images.get(sha256) },
    diffOf: async () => ({
      components: { added: [], removed: ['openssl 3.0.1'], changed: [] },
      vulnerabilities: { fixed: ['CVE-2026-0001'], introduced: [], remaining: [] },
    }),
  });
  await desk.inventory.models.put('aria', { name: 'Aria', brand: 'Bulk', year: 2026, architecture }, ada);
  softwareId = await desk.software('tcu-os', '8.0');
});
after(() => database.close());

let count = 0;
async function written(dossier: Dossier = fullDossier): Promise<ReleaseDetail> {
  const { releases } = desk.updates;
  const name = `Release ${++count}`;
  const { id } = await releases.create({ name }, ada);
  await releases.putContents(id, contentsOf({ name, items: [itemFor(softwareId, count)] }), ada);
  return releases.putDossier(id, dossier, ada);
}

async function verified(): Promise<ReleaseDetail> {
  const { id, hash } = await written();
  await desk.updates.agreements.submit(id, ada);
  return desk.updates.agreements.signOff(id, { hash, comment: 'all green', passed: true }, ben);
}

async function approved(): Promise<ReleaseDetail> {
  const { id, hash } = await verified();
  await desk.updates.agreements.approve(id, { hash, comment: '' }, cleo);
  return desk.updates.agreements.approve(id, { hash, comment: '' }, dan);
}

test('a release goes from draft to published through a sign-off and two approvals', async () => {
  const release = await approved();
  assert.equal(release.state, 'approved');
  const { state, published } = await desk.updates.agreements.publish(release.id, release.hash, ada);
  assert.equal(state, 'published');
  assert.equal(published?.by.name, 'Ada');
  const events = await publishedEvents(database.db);
  assert.ok(
    events.some(({ type, payload }) => type === 'updates.release-published' && payload.releaseId === release.id),
  );
  const actions = await auditedActions(database.db);
  for (const action of ['create', 'submit', 'sign-off', 'approve', 'publish'])
    assert.ok(actions.includes(`updates.${action}-release`), action);
});

test('a release with gaps is not handed to verification, and each gap names its clause', async () => {
  const { releases, agreements } = desk.updates;
  const { id, gaps } = await releases.create({ name: 'Gaps' }, ada);
  assert.ok(gaps.length > 20, `${gaps.length}`);
  for (const clause of [
    '7.1.2.5 a',
    '7.1.2.5 b',
    '7.1.2.5 d',
    '7.1.2.5 e',
    '7.1.2.5 f',
    '7.1.2.5 g',
    '7.1.2.5 h',
    '7.1.2.5 i',
  ])
    assert.ok(
      gaps.some((gap) => gap.clause === clause),
      clause,
    );
  await assert.rejects(agreements.submit(id, ada), { code: 'updates.incomplete' });
});

test('a decision not to seek approval is recorded with its reason or not at all', async () => {
  const { gaps } = await written({ ...fullDossier, approval: { ...fullDossier.approval, reason: ' ' } });
  assert.deepEqual(
    gaps.map(({ clause }) => clause),
    ['9.1.3'],
  );
});

test('any change of contents or dossier voids the sign-off and the approvals', async () => {
  const release = await approved();
  const changed = await desk.updates.releases.putDossier(
    release.id,
    { ...fullDossier, purpose: `${fullDossier.purpose}.` },
    ada,
  );
  assert.equal(changed.state, 'draft');
  assert.equal(changed.signOff, null);
  assert.equal(changed.voided, 3);
  assert.ok(changed.approvals.every(({ voidedBecause }) => voidedBecause === 'The dossier changed'));
  const again = await approved();
  const images2 = await desk.updates.releases.putContents(
    again.id,
    contentsOf({ name: again.name, items: [itemFor(softwareId, 19)] }),
    ada,
  );
  assert.equal(images2.voided, 3);
});

test('saving the same again changes nothing and voids nothing', async () => {
  const release = await approved();
  const same = await desk.updates.releases.putDossier(release.id, { ...fullDossier }, dan);
  assert.equal(same.state, 'approved');
  assert.equal(same.hash, release.hash);
  assert.deepEqual(
    same.authors.map(({ name }) => name),
    ['Ada'],
  );
});

test('nobody approves twice, approves what they wrote, or signs off their own work', async () => {
  const { id, hash } = await written();
  await desk.updates.agreements.submit(id, ada);
  const { signOff, approve } = desk.updates.agreements;
  await assert.rejects(signOff(id, { hash, comment: '', passed: true }, ada), { code: 'updates.same-person' });
  await assert.rejects(approve(id, { hash, comment: '' }, cleo), { code: 'updates.not-signed-off' });
  await signOff(id, { hash, comment: '', passed: true }, ben);
  await assert.rejects(approve(id, { hash, comment: '' }, ada), { code: 'updates.same-person' });
  await approve(id, { hash, comment: '' }, cleo);
  await assert.rejects(approve(id, { hash, comment: '' }, cleo), { code: 'updates.same-person' });
});

test('the same person approving in two requests at once counts once', async () => {
  const { id, hash } = await verified();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 4 }, () => desk.updates.agreements.approve(id, { hash, comment: '' }, cleo)),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal((await desk.updates.releases.get(id)).state, 'in-verification');
});

test('a token prepares but does not sign off or approve', async () => {
  const { id, hash } = await verified();
  await assert.rejects(desk.updates.agreements.approve(id, { hash, comment: '' }, token), {
    code: 'updates.person-required',
  });
  await assert.rejects(desk.updates.agreements.signOff(id, { hash, comment: '', passed: true }, token), {
    code: 'updates.person-required',
  });
});

test('whoever agrees to something other than what is there now is told so', async () => {
  const { id } = await verified();
  await assert.rejects(desk.updates.agreements.approve(id, { hash: digest(1), comment: '' }, cleo), {
    code: 'updates.hash-changed',
  });
});

test('a failed verification takes an approved release back and voids the approvals', async () => {
  const { id, hash } = await approved();
  const failed = await desk.updates.agreements.signOff(id, { hash, comment: 'late finding', passed: false }, ben);
  assert.equal(failed.state, 'in-verification');
  assert.equal(failed.signOff?.passed, false);
  await assert.rejects(desk.updates.agreements.approve(id, { hash, comment: '' }, cleo), {
    code: 'updates.not-signed-off',
  });
});

test('a published release does not change any more', async () => {
  const { id, hash } = await approved();
  await desk.updates.agreements.publish(id, hash, ada);
  await assert.rejects(desk.updates.releases.putDossier(id, { ...fullDossier, purpose: 'x' }, ada), {
    code: 'updates.wrong-state',
  });
  await assert.rejects(desk.updates.agreements.return(id, 'no', ada), { code: 'updates.wrong-state' });
});

test('a release is not published while the repository lacks its bytes or holds others', async () => {
  const { id, hash, contents } = await approved();
  const sha256 = contents[0]?.sha256 ?? '';
  const image = images.get(sha256);
  images.delete(sha256);
  await assert.rejects(desk.updates.agreements.publish(id, hash, ada), /does not hold/);
  images.set(sha256, { sha256, sha512: null, length: 5 });
  await assert.rejects(desk.updates.agreements.publish(id, hash, ada), /another length/);
  images.set(sha256, image as never);
  assert.equal((await desk.updates.agreements.publish(id, hash, ada)).state, 'published');
});

test('the differences an approver was shown stay with the approval', async () => {
  const other = await desk.software('tcu-os', '7.0');
  const name = 'With a predecessor';
  const { id } = await desk.updates.releases.create({ name }, ada);
  await desk.updates.releases.putContents(
    id,
    contentsOf({ name, items: [itemFor(softwareId, 9, { fromSoftwareId: other })] }),
    ada,
  );
  const { hash } = await desk.updates.releases.putDossier(id, fullDossier, ada);
  await desk.updates.agreements.submit(id, ada);
  await desk.updates.agreements.signOff(id, { hash, comment: '', passed: true }, ben);
  const { approvals } = await desk.updates.agreements.approve(id, { hash, comment: '' }, cleo);
  assert.deepEqual(approvals[0]?.diffs[0]?.diff?.vulnerabilities.fixed, ['CVE-2026-0001']);
  const { items } = await desk.updates.agreements.diffs(id);
  assert.deepEqual(
    items.map(({ from, to }) => [from, to]),
    [['7.0', '8.0']],
  );
});

test('contents that no vehicle could install are refused with every fault', async () => {
  const { id } = await desk.updates.releases.create({ name: 'Bad' }, ada);
  const put = (items: Parameters<typeof contentsOf>[0]['items'], models = ['aria']) =>
    desk.updates.releases.putContents(id, contentsOf({ name: 'Bad', items, models }), ada);
  await assert.rejects(put([itemFor(newId(), 1)]), { code: 'updates.bad-contents' });
  await assert.rejects(put([itemFor(softwareId, 1), itemFor(softwareId, 2)]), /overlap/);
  await assert.rejects(put([itemFor(softwareId, 1, { role: 'roof' })]), /role "roof"/);
  await assert.rejects(put([itemFor(softwareId, 1)], ['nope']), /no model "nope"/);
  const registered = await desk.inventory.software.create(
    { name: 'tcu-os', version: '8.1', supplier: 'Wired', function: 'telematics', sha256: digest(77) },
    ada,
  );
  await assert.rejects(put([itemFor(registered.id, 1)]), /content registered/);
});

test('a name belongs to one release', async () => {
  await desk.updates.releases.create({ name: 'Once' }, ada);
  await assert.rejects(desk.updates.releases.create({ name: 'Once' }, ada), { code: 'updates.duplicate-name' });
});

test('a withdrawn release says who withdrew it and why, and tells the other modules', async () => {
  const id = await publishedRelease(desk, {
    name: 'Withdrawn',
    items: [itemFor(softwareId, 12)],
    fixes: ['CVE-2026-1'],
  });
  const { ended, state } = await desk.updates.agreements.end(id, 'withdrawn', 'bricks units', dan);
  assert.deepEqual([state, ended?.reason, ended?.by.name], ['withdrawn', 'bricks units', 'Dan']);
  assert.ok((await publishedEvents(database.db)).some(({ type }) => type === 'updates.release-ended'));
  const { items } = await desk.updates.releases.list({ filter: 'fixes = CVE-2026-1 and state = withdrawn' });
  assert.deepEqual(
    items.map((release) => release.id),
    [id],
  );
});
