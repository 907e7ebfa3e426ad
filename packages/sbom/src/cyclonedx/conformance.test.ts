import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SbomError } from '../errors.ts';
import { readSbom } from '../read-sbom.ts';
import { writeCycloneDx } from './write-cyclonedx.ts';

const folder = fileURLToPath(new URL('../../../../../shared/data/cyclonedx/', import.meta.url));
const skip = existsSync(folder)
  ? false
  : `the CycloneDX documents are not at ${folder}; run inside the workspace that has them`;

function documents(): { file: string; valid: boolean; bytes: Uint8Array }[] {
  return ['1.4', '1.5', '1.6', '1.7'].flatMap((version) =>
    readdirSync(`${folder}${version}`).map((file) => ({
      file: `${version}/${file}`,
      valid: file.startsWith('valid-'),
      bytes: readFileSync(`${folder}${version}/${file}`),
    })),
  );
}

test('all 269 documents of the CycloneDX specification are judged as their names say', { skip }, () => {
  const seen = { valid: 0, invalid: 0 };
  for (const { file, valid, bytes } of documents()) {
    if (valid) {
      seen.valid++;
      assert.doesNotThrow(() => readSbom(bytes), file);
    } else {
      seen.invalid++;
      assert.throws(() => readSbom(bytes), SbomError, file);
    }
  }
  assert.deepEqual(seen, { valid: 171, invalid: 98 });
});

test('each valid document of the specification survives being written and read again', { skip }, () => {
  let count = 0;
  for (const { file, bytes } of documents().filter(({ valid }) => valid)) {
    const first = readSbom(bytes);

    const second = readSbom(writeCycloneDx(first));

    const identities = ({ components }: typeof first) =>
      components.map(({ ref, name, version, purl, hashes }) => ({ ref, name, version, purl, hashes }));
    assert.deepEqual(identities(second), identities(first), file);
    assert.deepEqual(
      new Set(second.dependencies.map((edge) => JSON.stringify(edge))),
      new Set(first.dependencies.map((edge) => JSON.stringify(edge))),
      file,
    );
    count++;
  }
  assert.equal(count, 171);
});
