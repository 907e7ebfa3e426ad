import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { severityOf } from './cvss.ts';
import { type MacroVector, macroScore } from './macro-vectors.ts';
import { levelsOf, macroVectorOf } from './score-v4.ts';

const folder = fileURLToPath(new URL('../../../../../shared/data/ssvc/decision_tables/cvss/', import.meta.url));
const skip = existsSync(folder)
  ? false
  : `the tables of the CVSS 4.0 equivalence sets are not at ${folder}; run inside the workspace that has them`;

type Row = Readonly<Record<string, string>>;

function load(file: string): Row[] {
  return (JSON.parse(readFileSync(folder + file, 'utf8')) as { mapping: Row[] }).mapping;
}

/** "cvss:MSI_NoX:1.0.1" is MSI. */
function metricOf(column: string): string {
  return (column.split(':')[1] ?? '').replace('_NoX', '');
}

/** The mildest vector of all, so that one table at a time decides. */
const mildest = new Map(
  'AV:P AC:H AT:P PR:H UI:A VC:N VI:N VA:N SC:N SI:N SA:N E:U CR:L IR:L AR:L'
    .split(' ')
    .map((text) => text.split(':') as [string, string]),
);

/** Level 0 is the worst: H in the tables. Where a set has two levels these are H and L. */
function levelOf(key: keyof MacroVector, letter: string | undefined): number {
  const letters = key === 'eq2' || key === 'eq6' ? 'HL' : 'HML';
  return letters.indexOf(letter ?? '?');
}

test('the six equivalence sets equal all 847 rows of their tables', { skip }, () => {
  const rows = [1, 2, 3, 4, 5, 6].map((n) => {
    const table = load(`cvss_v4_equivalence_set_${n}_1_0_0.json`);
    const key = `eq${n}` as keyof MacroVector;
    for (const row of table) {
      const metrics = new Map(mildest);
      for (const [column, value] of Object.entries(row)) metrics.set(metricOf(column), value);
      const level = macroVectorOf(levelsOf(metrics, true, true))[key];
      assert.equal(level, levelOf(key, row[`cvss:EQ${n}:1.0.0`]), JSON.stringify(row));
    }
    return table.length;
  });
  assert.deepEqual(rows, [36, 4, 27, 48, 3, 729]);
});

test('every macrovector is rated as the table of qualitative ratings says', { skip }, () => {
  const seen = { rated: 0, impossible: 0 };
  for (const row of load('cvss_v4_0_qualitative_severity_ratings_4_0_0.json')) {
    const level = (n: 1 | 2 | 3 | 4 | 5 | 6) => levelOf(`eq${n}`, row[`cvss:EQ${n}:1.0.0`]);
    const macro = { eq1: level(1), eq2: level(2), eq3: level(3), eq4: level(4), eq5: level(5), eq6: level(6) };
    const score = macroScore(macro);
    // EQ3 level 2 with EQ6 level 0 contradict each other; the table lists the pair all the same.
    if (score === undefined) seen.impossible++;
    else {
      seen.rated++;
      const letter = severityOf('4.0', score / 10)
        .charAt(0)
        .toUpperCase();
      assert.equal(letter, row['cvss:CVSS:1.0.0'], JSON.stringify(row));
    }
  }
  assert.deepEqual(seen, { rated: 270, impossible: 54 });
});

test('270 macrovectors have a score, and a worse one is never lower', () => {
  const keys = ['eq1', 'eq2', 'eq3', 'eq4', 'eq5', 'eq6'] as const;
  let scored = 0;
  let compared = 0;
  for (let n = 0; n < 3 ** 6; n++) {
    const macro = Object.fromEntries(keys.map((key, i) => [key, Math.floor(n / 3 ** i) % 3])) as unknown as MacroVector;
    const score = macroScore(macro);
    if (score === undefined) continue;
    scored++;
    for (const key of keys) {
      const lower = macroScore({ ...macro, [key]: macro[key] + 1 });
      if (lower === undefined) continue;
      compared++;
      assert.ok(lower <= score, `${JSON.stringify(macro)} has ${score}, a step down in ${key} has ${lower}`);
    }
  }
  assert.equal(scored, 270);
  assert.ok(compared > 700, `${compared} pairs were compared`);
});
