import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scoreCvss } from '../cvss/score-cvss.ts';
import type { SafetyImpact } from '../ssvc/words.ts';
import type { Environment, Reach } from './environment.ts';
import { withEnvironment } from './with-environment.ts';

const open: Environment = { exposure: 'open', safety: 'negligible', reach: 'remote' };
const network31 = scoreCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
const local31 = scoreCvss('CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
const network40 = scoreCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N');
const leak40 = scoreCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N');
const network20 = scoreCvss('AV:N/AC:L/Au:N/C:P/I:P/A:P');

/** What the environment added to a vector. */
function added(cvss: ReturnType<typeof scoreCvss>, environment: Partial<Environment>): string {
  const { metrics } = withEnvironment(cvss, { ...open, ...environment });
  return [...metrics]
    .filter(([name]) => !cvss.metrics.has(name))
    .map(([name, value]) => `${name}:${value}`)
    .join('/');
}

describe('the place of the ECU', () => {
  it('turns the attack vector into that of the nearest attacker', () => {
    const place = (reach: Reach) => added(network31, { reach });
    assert.equal(place('remote'), 'IR:M/AR:M');
    assert.equal(place('adjacent'), 'IR:M/AR:M/MAV:A');
    assert.equal(place('local'), 'IR:M/AR:M/MAV:L');
    assert.equal(place('physical'), 'IR:M/AR:M/MAV:P');
  });

  it('never widens it: a flaw that needs a local account needs it on the modem too', () => {
    assert.equal(added(local31, { reach: 'remote' }), 'IR:M/AR:M');
    assert.equal(added(local31, { reach: 'adjacent' }), 'IR:M/AR:M');
    assert.equal(added(local31, { reach: 'physical' }), 'IR:M/AR:M/MAV:P');
  });

  it('cannot be said in CVSS 2.0', () => {
    assert.equal(added(network20, { reach: 'physical' }), 'IR:M/AR:M');
  });

  it('lowers the score step by step', () => {
    for (const cvss of [network31, network40]) {
      const scores = (['remote', 'adjacent', 'local', 'physical'] as const).map(
        (reach) => withEnvironment(cvss, { ...open, reach }).environmental ?? Number.NaN,
      );
      for (const [i, score] of scores.entries())
        assert.ok(i === 0 || score < (scores[i - 1] ?? 0), `${cvss.version}: ${scores.join(', ')}`);
    }
  });
});

describe('the safety impact', () => {
  it('raises the requirements from critical on, and in CVSS 2.0 the collateral damage', () => {
    const by = (safety: SafetyImpact) => [added(network31, { safety }), added(network20, { safety })];
    assert.deepEqual(by('negligible'), ['IR:M/AR:M', 'IR:M/AR:M']);
    assert.deepEqual(by('marginal'), ['IR:M/AR:M', 'CDP:LM/IR:M/AR:M']);
    assert.deepEqual(by('critical'), ['IR:H/AR:H', 'CDP:MH/IR:H/AR:H']);
    assert.deepEqual(by('catastrophic'), ['IR:H/AR:H', 'CDP:H/IR:H/AR:H']);
  });

  it('is said in CVSS 4.0 as harm to people, from marginal on', () => {
    assert.equal(added(network40, { safety: 'negligible' }), 'IR:M/AR:M');
    assert.equal(added(network40, { safety: 'marginal' }), 'IR:M/AR:M/MSI:S/MSA:S');
    assert.equal(added(network40, { safety: 'catastrophic' }), 'IR:H/AR:H/MSI:S/MSA:S');
  });

  it('does not turn a leak of data, or a mere loss of service, into control over the vehicle', () => {
    assert.equal(added(leak40, { safety: 'catastrophic' }), 'IR:H/AR:H');
    const crash = scoreCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N');
    assert.equal(added(crash, { safety: 'catastrophic' }), 'IR:H/AR:H/MSA:S');
    const repaired = scoreCvss(`${network40.vector}/MVI:N/MSI:N`);
    assert.equal(added(repaired, { safety: 'catastrophic' }), 'IR:H/AR:H/MSA:S');
  });

  it('never lowers the score as it grows', () => {
    let compared = 0;
    for (const cvss of [network20, network31, local31, network40, leak40]) {
      let before = 0;
      for (const safety of ['negligible', 'marginal', 'critical', 'catastrophic'] as const) {
        const { environmental = Number.NaN } = withEnvironment(cvss, { ...open, safety });
        assert.ok(environmental >= before, `${cvss.vector} with ${safety}: ${environmental} after ${before}`);
        before = environmental;
        compared++;
      }
    }
    assert.equal(compared, 20);
  });
});

describe('what someone knows better', () => {
  it('is taken: the requirements that are given', () => {
    const environment = {
      confidentialityRequirement: 'high',
      integrityRequirement: 'low',
      availabilityRequirement: 'high',
    } as const;
    assert.equal(added(network31, environment), 'CR:H/IR:L/AR:H');
  });

  it('stays: the environmental metrics of the vector itself, so that applying the place twice changes nothing', () => {
    const own = scoreCvss(`${network31.vector}/MAV:P/IR:L`);
    assert.equal(
      withEnvironment(own, { ...open, safety: 'critical', reach: 'adjacent' }).vector,
      `${network31.vector}/IR:L/AR:H/MAV:P`,
    );
    const once = withEnvironment(network40, { ...open, safety: 'critical', reach: 'adjacent' });
    assert.deepEqual(withEnvironment(once, { ...open, safety: 'critical', reach: 'adjacent' }), once);
  });

  it('leaves base, temporal score and the given object as they were', () => {
    const published = scoreCvss(`${network31.vector}/E:P`);
    const here = withEnvironment(published, { ...open, reach: 'adjacent' });
    assert.deepEqual(
      [here.base, here.temporal, here.severity],
      [published.base, published.temporal, published.severity],
    );
    assert.equal(published.environmental, undefined);
    assert.equal(scoreCvss(here.vector).environmental, here.environmental, 'the vector alone gives the score again');
  });
});
