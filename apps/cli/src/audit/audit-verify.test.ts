import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, test } from 'node:test';
import { canonicalJson } from '@bulkhead/kernel';
import { createTree, formatNoteKey, noteKey, signCheckpoint } from '@bulkhead/merkle';
import { createHome, type FakeHandlers, startFake, testToken } from '../testing.ts';

const origin = 'fleet.example/audit';
const { privateKey } = generateKeyPairSync('ed25519');
const home = createHome();
after(() => home.remove());

const line = (index: number, subject = `subject-${index}`) =>
  canonicalJson({ v: 1, index, id: `id-${index}`, at: '2026-11-20T10:00:00.000Z', action: 'identity.revoke', subject });
const log = (size: number) => Array.from({ length: size }, (_, i) => line(i));

/** A platform that signs `signed` and exports `exported`. */
function platform(signed: readonly string[], exported = signed, key: KeyObject = privateKey): FakeHandlers {
  const tree = createTree();
  for (const entry of signed) tree.append(entry);
  const checkpoint = signed.length === 0 ? null : signCheckpoint({ origin, size: tree.size, root: tree.root() }, key);
  return {
    getAuditCheckpoint: () => ({
      checkpoint,
      size: tree.size,
      rootHash: Buffer.from(tree.root()).toString('base64'),
      key: formatNoteKey(noteKey(origin, key)),
      at: null,
    }),
    exportAudit: ({ query }) =>
      exported
        .slice(Number(query.from), Number(query.to))
        .map((entry) => `${entry}\n`)
        .join(''),
  };
}

interface Report {
  readonly ok: boolean;
  readonly entries: number;
  readonly comparedWith: number | null;
  readonly faultIndex: number | null;
}

/** What one operator sees of a platform that changes behind one and the same address. */
async function verifyInTurn(...states: readonly FakeHandlers[]) {
  let state: FakeHandlers = {};
  const server = await startFake({
    getAuditCheckpoint: (request) => state.getAuditCheckpoint?.(request),
    exportAudit: (request) => state.exportAudit?.(request),
  });
  const results: { code: number | null; report: Report; err: string }[] = [];
  for (state of states) {
    const env = { BULKHEAD_URL: server.url, BULKHEAD_TOKEN: testToken };
    const { code, out, err } = await home.run(['audit', 'verify'], { env });
    results.push({ code, err, report: JSON.parse(out) as Report });
  }
  server.close();
  return results;
}

test('a log that only grew verifies and is compared with what verified before', async () => {
  const [first, second] = await verifyInTurn(platform(log(300)), platform(log(700)));

  assert.deepEqual([first?.code, first?.report.entries, first?.report.comparedWith], [0, 300, null]);
  assert.deepEqual([second?.code, second?.report.entries, second?.report.comparedWith], [0, 700, 300]);
});

test('an empty log verifies, and one that became empty does not', async () => {
  const [empty, filled, emptied] = await verifyInTurn(platform([]), platform(log(3)), platform([]));

  assert.deepEqual([empty?.code, filled?.code, emptied?.code], [0, 0, 7]);
  assert.match(emptied?.err ?? '', /Entry 0 is missing/);
});

test('an altered, a missing and a moved entry end with 7 and are named', async () => {
  const signed = log(20);
  const altered = signed.with(7, line(7, 'another'));
  const missing = signed.toSpliced(7, 1);
  const moved = signed.with(7, line(8)).with(8, line(7));

  const [good, ...bad] = await verifyInTurn(
    platform(signed.slice(0, 7)),
    platform(signed.slice(0, 8), altered.slice(0, 8)),
    platform(signed, missing),
    platform(signed, moved),
    platform(signed, signed.slice(0, 15)),
  );

  assert.equal(good?.code, 0);
  assert.deepEqual(
    bad.map(({ code, report }) => [code, report.ok, report.faultIndex]),
    [
      [7, false, 7],
      [7, false, 7],
      [7, false, 7],
      [7, false, 15],
    ],
  );
  assert.match(bad[0]?.err ?? '', /Entry 7 was altered/);
  assert.match(bad[3]?.err ?? '', /Entry 15 is missing: the log ends here/);
});

test('a log that was rewritten or cut and signed anew is caught by what verified before', async () => {
  const rewritten = log(20).with(3, line(3, 'another'));

  const [, again] = await verifyInTurn(platform(log(10)), platform(rewritten));
  const [, cut] = await verifyInTurn(platform(log(10)), platform(log(9)));

  assert.equal(again?.code, 7);
  assert.match(again?.err ?? '', /entry from 0 to 9 was altered.*what verified here before/);
  assert.equal(cut?.code, 7);
  assert.match(cut?.err ?? '', /Entry 9 is missing: the log now ends there, but what verified here before covers 10/);
});

test('a signature of another key, and another key than before, end with 7', async () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const forged: FakeHandlers = {
    ...platform(log(5)),
    getAuditCheckpoint: (request) => ({
      ...(platform(log(5)).getAuditCheckpoint?.(request) as object),
      key: formatNoteKey(noteKey(origin, other)),
    }),
  };

  const [bad] = await verifyInTurn(forged);
  const [, replaced] = await verifyInTurn(platform(log(5)), platform(log(6), log(6), other));

  assert.equal(bad?.code, 7);
  assert.match(bad?.err ?? '', /no signature of fleet.example/);
  assert.equal(replaced?.code, 7);
  assert.match(replaced?.err ?? '', /signed by another key than before/);
});
