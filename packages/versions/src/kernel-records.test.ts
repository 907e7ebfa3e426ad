import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { compareParsed, type ParsedVersion, parseVersion } from './version.ts';

interface VersionEntry {
  readonly version: string;
  readonly status: string;
  readonly versionType?: string;
  readonly lessThan?: string;
  readonly lessThanOrEqual?: string;
}
interface CveRecord {
  readonly containers: {
    readonly cna: { readonly affected?: readonly { defaultStatus?: string; versions?: readonly VersionEntry[] }[] };
  };
}

const file = fileURLToPath(
  new URL('../../../../shared/data/vulnerabilities/cve5-linux-kernel.ndjson.gz', import.meta.url),
);
const skip = existsSync(file) ? false : `the test data is not at ${file}; run inside the workspace that has it`;

const parsed = new Map<string, ParsedVersion>();
function kernel(text: string): ParsedVersion {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const version = parseVersion('linux', text);
  parsed.set(text, version);
  return version;
}

function holds({ version, lessThan, lessThanOrEqual }: VersionEntry, tested: ParsedVersion): boolean {
  const order = compareParsed(tested, kernel(version));
  if (lessThan !== undefined) return order >= 0 && compareParsed(tested, kernel(lessThan)) < 0;
  if (lessThanOrEqual !== undefined) return order >= 0 && compareParsed(tested, kernel(lessThanOrEqual)) <= 0;
  return order === 0;
}

/** CVE record format 5: the first version object that holds the version decides, else the default of the entry. */
function isAffected(record: CveRecord, tested: ParsedVersion): boolean {
  return (record.containers.cna.affected ?? []).some(({ defaultStatus, versions = [] }) => {
    const numbered = versions.filter(({ versionType }) => versionType !== 'git');
    if (numbered.length === 0) return false;
    return (numbered.find((entry) => holds(entry, tested))?.status ?? defaultStatus) === 'affected';
  });
}

test('kernel records need no more than the order of kernels, wildcards included', { skip }, () => {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const kernels = ['5.4.200', '5.10.100', '5.15.150', '6.1.55', '6.6.30', '6.12.8'];
  const counts = kernels.map(() => 0);
  for (const line of lines) {
    const record = JSON.parse(line) as CveRecord;
    for (const [at, text] of kernels.entries())
      if (isAffected(record, kernel(text))) counts[at] = (counts[at] ?? 0) + 1;
  }
  assert.equal(lines.length, 14_626);
  assert.deepEqual(counts, [5541, 6726, 5499, 6319, 6314, 5626]);
  const bounds = [...parsed.values()].filter(
    ({ irregular, irregularSuffix }) => irregular || irregularSuffix !== undefined,
  );
  assert.deepEqual(bounds, [], 'every version in the records is a kernel version');
});
