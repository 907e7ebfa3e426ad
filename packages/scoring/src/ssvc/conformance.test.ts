import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deployerDecision, humanImpact } from './deployer-decision.ts';
import type { Exploitation, Exposure, HumanImpact, MissionImpact, SafetyImpact, SsvcOutcome } from './words.ts';

const folder = fileURLToPath(new URL('../../../../../shared/data/ssvc/decision_tables/ssvc/', import.meta.url));
const skip = existsSync(folder)
  ? false
  : `the SSVC decision tables are not at ${folder}; run inside the workspace that has them`;

type Row = Readonly<Record<string, string>>;

function load(file: string): Row[] {
  return (JSON.parse(readFileSync(folder + file, 'utf8')) as { mapping: Row[] }).mapping;
}

/** The words of the product for the letters of the tables. */
function wordOf<T extends string>(letters: Readonly<Record<string, T>>, letter: string | undefined): T {
  const word = letters[letter ?? ''];
  assert.ok(word !== undefined, `the letter ${letter} is unknown`);
  return word;
}

const exploitation: Record<string, Exploitation> = { N: 'none', P: 'poc', A: 'active' };
const exposure: Record<string, Exposure> = { S: 'small', C: 'controlled', O: 'open' };
const human: Record<string, HumanImpact> = { L: 'low', M: 'medium', H: 'high', VH: 'very-high' };
const safety: Record<string, SafetyImpact> = { N: 'negligible', M: 'marginal', R: 'critical', C: 'catastrophic' };
const mission: Record<string, MissionImpact> = {
  D: 'degraded',
  MSC: 'mef-support-crippled',
  MEF: 'mef-failure',
  MF: 'mission-failure',
};
const outcome: Record<string, SsvcOutcome> = { D: 'defer', S: 'scheduled', O: 'out-of-cycle', I: 'immediate' };

test('the deployer decision equals all 72 rows of the SSVC table', { skip }, () => {
  const rows = load('deployer_patch_application_priority_1_0_0.json');
  assert.equal(new Set(rows.map((row) => JSON.stringify(row))).size, 72);
  for (const row of rows) {
    const decided = deployerDecision({
      exploitation: wordOf(exploitation, row['ssvc:E:1.1.0']),
      exposure: wordOf(exposure, row['ssvc:EXP:1.0.1']),
      automatable: wordOf({ N: 'no', Y: 'yes' }, row['ssvc:A:2.0.0']) === 'yes',
      humanImpact: wordOf(human, row['ssvc:HI:2.0.2']),
    });
    assert.equal(decided, wordOf(outcome, row['ssvc:DSOI:1.0.0']), JSON.stringify(row));
  }
});

test('the human impact equals all 16 rows of the SSVC table', { skip }, () => {
  const rows = load('human_impact_1_0_0.json');
  assert.equal(new Set(rows.map((row) => JSON.stringify(row))).size, 16);
  for (const row of rows) {
    const impact = humanImpact(wordOf(safety, row['ssvc:SI:2.0.1']), wordOf(mission, row['ssvc:MI:2.0.0']));
    assert.equal(impact, wordOf(human, row['ssvc:HI:2.0.2']), JSON.stringify(row));
  }
});
