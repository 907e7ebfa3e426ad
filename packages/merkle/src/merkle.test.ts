import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  appendLeaf,
  compactRange,
  createTree,
  emptyRange,
  emptyRoot,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The reference inputs and roots of the certificate-transparency implementation (merkle_tree_test, RFC 6962). */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const entries = inputs.map((text) => Buffer.from(text, 'hex'));

function treeOf(data: readonly Uint8Array[]) {
  const tree = createTree();
  for (const entry of data) tree.append(entry);
  return tree;
}

test('the empty tree, each prefix and the compact range have the roots of the reference implementation', () => {
  const tree = createTree();
  let range = emptyRange;
  assert.equal(hex(emptyRoot()), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(hex(tree.root()), hex(emptyRoot()));
  assert.equal(hex(rootOf(range)), hex(emptyRoot()));

  for (const [i, entry] of entries.entries()) {
    assert.equal(tree.append(entry), i);
    range = appendLeaf(range, leafHash(entry));

    assert.equal(hex(tree.root()), roots[i]);
    assert.equal(hex(rootOf(range)), roots[i]);
  }
});

test('proofs are those of the reference implementation', () => {
  const tree = treeOf(entries);

  assert.deepEqual(tree.inclusionProof(0, 8).map(hex), [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  assert.deepEqual(tree.inclusionProof(1, 5).map(hex), [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ]);
  assert.deepEqual(tree.consistencyProof(6, 8).map(hex), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

test('every inclusion and consistency proof verifies, and none does for another entry, size or root', () => {
  const sizes = fc.integer({ min: 1, max: 70 });
  fc.assert(
    fc.property(sizes, sizes, fc.nat(), fc.nat(), (a, b, pick, flip) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      const tree = treeOf(Array.from({ length: to }, (_, i) => Buffer.from(`entry ${i}`)));
      const index = pick % to;
      const leaf = leafHash(`entry ${index}`);
      const proof = tree.inclusionProof(index);
      const root = tree.root();

      assert.equal(verifyInclusion({ index, size: to, leaf, proof, root }), true);
      assert.equal(verifyInclusion({ index, size: to, leaf: leafHash('another'), proof, root }), false);
      assert.equal(verifyInclusion({ index: index + 1, size: to, leaf, proof, root }), false);
      assert.equal(verifyInclusion({ index, size: to, leaf, proof: [...proof, root], root }), false);
      if (proof.length > 0)
        assert.equal(verifyInclusion({ index, size: to, leaf, proof: spoil(proof, flip), root }), false);

      const consistency = {
        fromSize: from,
        fromRoot: tree.root(from),
        toSize: to,
        toRoot: root,
        proof: tree.consistencyProof(from),
      };
      assert.equal(verifyConsistency(consistency), true);
      assert.equal(verifyConsistency({ ...consistency, fromRoot: leafHash('another') }), false);
      assert.equal(verifyConsistency({ ...consistency, toRoot: leafHash('another') }), false);
      if (consistency.proof.length > 0)
        assert.equal(verifyConsistency({ ...consistency, proof: spoil(consistency.proof, flip) }), false);
    }),
    { numRuns: 300 },
  );
});

test('a compact range stored and taken back goes on to the same root', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(50), (first, more) => {
      const tree = createTree();
      let range = emptyRange;
      for (let i = 0; i < first + more; i++) {
        if (i === first)
          range = compactRange(
            range.size,
            range.hashes.map((hash) => Buffer.from(hex(hash), 'hex')),
          );
        tree.append(String(i));
        range = appendLeaf(range, leafHash(String(i)));
      }
      assert.equal(hex(rootOf(range)), hex(tree.root()));
    }),
    { numRuns: 50 },
  );
});

test('a range that cannot belong to its size and indexes beyond the tree are refused', () => {
  assert.throws(() => compactRange(3, [emptyRoot()]), { code: 'merkle.bad-range' });
  assert.throws(() => compactRange(1, [Buffer.alloc(31)]), { code: 'merkle.bad-range' });
  assert.throws(() => treeOf(entries).inclusionProof(8), { code: 'merkle.out-of-range' });
  assert.throws(() => treeOf(entries).consistencyProof(0), { code: 'merkle.out-of-range' });
  assert.throws(() => treeOf(entries).root(9), { code: 'merkle.out-of-range' });
});

function spoil(proof: readonly Uint8Array[], flip: number): Uint8Array[] {
  return proof.map((hash, i) => {
    if (i !== flip % proof.length) return hash;
    const spoiled = Uint8Array.from(hash);
    spoiled[flip % 32] = (spoiled[flip % 32] ?? 0) ^ 1;
    return spoiled;
  });
}
