import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SbomError } from '../errors.ts';
import { formatPurl } from './format-purl.ts';
import { parsePurl } from './parse-purl.ts';
import type { PurlMode } from './purl.ts';

interface Parts {
  type: string | null;
  namespace: string | null;
  name: string | null;
  version: string | null;
  qualifiers: Record<string, string> | null;
  subpath: string | null;
}
interface Case {
  test_type: 'parse' | 'build' | 'validate';
  test_group: string;
  description: string;
  input: string | Parts;
  expected_output: string | Parts | null;
  expected_failure?: boolean;
}

const folder = fileURLToPath(new URL('../../../../../shared/data/purl/', import.meta.url));
const skip = existsSync(folder)
  ? false
  : `the purl test data is not at ${folder}; run inside the workspace that has it`;

function load(): Case[] {
  return ['spec', 'types'].flatMap((sub) =>
    readdirSync(`${folder}${sub}`).flatMap(
      (file) => (JSON.parse(readFileSync(`${folder}${sub}/${file}`, 'utf8')) as { tests: Case[] }).tests,
    ),
  );
}

/** Absent parts as the test data writes them. */
function withNulls(parts: Partial<Parts>): Parts {
  return { namespace: null, version: null, qualifiers: null, subpath: null, type: null, name: null, ...parts };
}

function run({ test_type, input, test_group }: Case): string | Parts {
  // "recommended" cases show the repairs a reader may do, "required" ones what every reader must accept and refuse.
  const mode: PurlMode = test_group === 'recommended' ? 'lenient' : 'strict';
  if (typeof input === 'string') {
    const purl = parsePurl(input, mode);
    return test_type === 'validate' ? formatPurl(purl) : withNulls(purl as Partial<Parts>);
  }
  const { type, namespace, name, version, qualifiers, subpath } = input;
  return formatPurl({
    type: type ?? '',
    namespace: namespace ?? undefined,
    name: name ?? '',
    version: version ?? undefined,
    qualifiers: qualifiers ?? undefined,
    subpath: subpath ?? undefined,
  });
}

test('all 586 cases of the purl specification are judged as it says, 54 of them refused', { skip }, () => {
  const seen = { parse: 0, build: 0, validate: 0, refused: 0 };
  for (const item of load()) {
    seen[item.test_type]++;
    const label = `${item.test_type} ${item.test_group} ${JSON.stringify(item.input)}: ${item.description}`;
    if (item.expected_failure) {
      seen.refused++;
      assert.throws(() => run(item), SbomError, label);
    } else {
      const expected = item.expected_output;
      assert.deepEqual(run(item), typeof expected === 'object' ? withNulls(expected ?? {}) : expected, label);
    }
  }
  assert.deepEqual(seen, { parse: 206, build: 176, validate: 204, refused: 54 });
});
