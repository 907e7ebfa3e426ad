import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { refusedAs } from '../testing.ts';
import { readChunkIndex, writeChunkIndex } from './chunk-index.ts';
import { type Chunk, chunkSizes, createChunker } from './chunker.ts';

/** Bytes without a pattern, the same at each run. */
function bytesOf(seed: string, length: number): Buffer {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, length);
}

function chunksOf(content: Buffer, piece = 64 * 1024): readonly Chunk[] {
  const chunker = createChunker();
  const chunks: Chunk[] = [];
  for (let at = 0; at < content.length; at += piece) chunks.push(...chunker.update(content.subarray(at, at + piece)));
  return [...chunks, ...chunker.finish()];
}

const image = bytesOf('image', 3_000_000);

describe('Chunks of an image', () => {
  it('add up to it, each with its hash, within their sizes', () => {
    const chunks = chunksOf(image);
    let at = 0;
    for (const [i, chunk] of chunks.entries()) {
      assert.equal(hash('sha256', image.subarray(at, at + chunk.length), 'hex'), chunk.sha256);
      assert.ok(chunk.length <= chunkSizes.most && (chunk.length >= chunkSizes.least || i === chunks.length - 1));
      at += chunk.length;
    }
    assert.equal(at, image.length);
    assert.ok(chunks.length > 40 && chunks.length < 200, `${chunks.length} chunks`);
  });

  it('are the same in whatever pieces the image comes', () => {
    const whole = chunksOf(image, image.length);
    for (const piece of [1_000, 4_095, 65_537]) assert.deepEqual(chunksOf(image, piece), whole);
  });

  it('stay the same but for those near a change, also when bytes are put in', () => {
    const changed = Buffer.concat([image.subarray(0, 1_000_000), Buffer.from('put in'), image.subarray(1_000_000)]);
    const known = new Set(chunksOf(image).map(({ sha256 }) => sha256));
    const others = chunksOf(changed).filter(({ sha256 }) => !known.has(sha256));

    assert.ok(others.length >= 1 && others.length <= 3, `${others.length} others`);
  });

  it('are listed in an index that is read back, and refused when it is that of another image', () => {
    const chunks = chunksOf(image);
    const index = writeChunkIndex(chunks);

    assert.deepEqual(readChunkIndex(index, image.length), chunks);
    const refused = refusedAs('uptane.wrong-value');
    assert.throws(() => readChunkIndex(index, image.length + 1), refused);
    const others = [
      '',
      '[]',
      'null',
      '{"format":2,"chunks":[]}',
      '{"format":1,"chunks":[[0,"x"]]}',
      '{"format":1,"chunks":[5]}',
    ];
    for (const text of others) assert.throws(() => readChunkIndex(Buffer.from(text), 10), refused, text);
    const huge = `{"format":1,"chunks":[[9000000,"${'0'.repeat(64)}"]]}`;
    assert.throws(() => readChunkIndex(Buffer.from(huge), 9_000_000), refused);
  });

  it('of nothing are none', () => {
    assert.deepEqual(chunksOf(Buffer.alloc(0)), []);
  });
});
