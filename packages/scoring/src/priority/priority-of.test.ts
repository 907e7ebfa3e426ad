import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextOf } from '../context/context-of.ts';
import { scoreCvss } from '../cvss/score-cvss.ts';
import type { PriorityInput } from './priority.ts';
import { priorityOf } from './priority-of.ts';

const steering = contextOf({ function: 'steering', network: 'closed', gateway: false, interfaces: [] });
const modem = contextOf({ function: 'telematics', network: 'open', gateway: false, interfaces: ['cellular', 'gnss'] });
const drivingModem = contextOf({ function: 'steering', network: 'open', gateway: false, interfaces: ['cellular'] });
const remote = scoreCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H');
const local = scoreCvss('CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H');
const kev = { dateAdded: '2025-08-18', dueDate: '2025-09-08', ransomware: false };

function decide(input: Partial<PriorityInput>) {
  return priorityOf({ matchStrength: 'purl', ...input });
}

describe('the outcome', () => {
  it('is immediate for what is exploited, reachable from afar and steers', () => {
    const { outcome, reason } = decide({ cvss: remote, kev, context: drivingModem });
    assert.equal(outcome, 'immediate');
    assert.equal(
      reason,
      'Immediate: exploited in the wild (KEV), automatable (derived from CVSS AV:N/PR:N/UI:N), ' +
        'reachable over cellular, steers the vehicle (steering, catastrophic)',
    );
  });

  it('waits for the next service where nothing is known to exploit a flaw behind a gateway', () => {
    const { outcome, reason } = decide({
      cvss: local,
      context: steering,
      ssvc: { exploitation: 'none', automatable: false },
    });
    assert.equal(outcome, 'scheduled');
    assert.equal(
      reason,
      'Scheduled: no exploit known (CISA SSVC), not automatable (CISA SSVC), ' +
        'reachable only through a gateway (closed network), steers the vehicle (steering, catastrophic)',
    );
  });

  it('does not move with CVSS or EPSS alone', () => {
    const mild = scoreCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N');
    assert.equal(decide({ cvss: mild, context: modem }).outcome, decide({ cvss: remote, context: modem }).outcome);
    assert.equal(
      decide({ cvss: remote, context: modem, epss: 0.97 }).outcome,
      decide({ cvss: remote, context: modem }).outcome,
    );
  });
});

describe('exploitation', () => {
  const exploitation = (input: Partial<PriorityInput>) => {
    const { value, from, because } = decide(input).inputs.exploitation;
    return `${value} (${from}): ${because}`;
  };

  it('is active for an entry in KEV, against any milder word', () => {
    assert.equal(exploitation({ kev, ssvc: { exploitation: 'none' } }), 'active (kev): exploited in the wild (KEV)');
    assert.match(exploitation({ kev: { ...kev, ransomware: true } }), /\(KEV, ransomware\)/);
  });

  it('is what the SSVC assessment says, and a public exploit that only the vector notes', () => {
    assert.match(exploitation({ ssvc: { exploitation: 'active' } }), /^active \(ssvc\)/);
    assert.match(exploitation({ ssvc: { exploitation: 'poc' } }), /^poc \(ssvc\)/);
    assert.match(exploitation({ ssvc: { exploitation: 'none' } }), /^none \(ssvc\)/);
    const withCode = scoreCvss(`${remote.vector}/E:F`);
    assert.equal(
      exploitation({ cvss: withCode, ssvc: { exploitation: 'none' } }),
      'poc (cvss): exploit code exists (CVSS E:F)',
    );
    assert.match(exploitation({ cvss: scoreCvss(`${remote.vector}/E:U`) }), /^none \(default\)/);
    assert.match(exploitation({ cvss: scoreCvss('AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC') }), /^poc \(cvss\)/);
  });

  it('is never concluded from EPSS', () => {
    assert.equal(exploitation({ epss: 0.999 }), 'none (default): no exploit reported');
  });
});

describe('whether an attack can be automated', () => {
  const automatable = (input: Partial<PriorityInput>) => {
    const { value, from } = decide(input).inputs.automatable;
    return `${value} (${from})`;
  };

  it('is what the SSVC assessment says, against the vector', () => {
    assert.equal(automatable({ cvss: remote, ssvc: { automatable: false } }), 'false (ssvc)');
    assert.equal(automatable({ cvss: local, ssvc: { automatable: true } }), 'true (ssvc)');
  });

  it('is derived from the vector otherwise, and the reason says from what', () => {
    assert.equal(automatable({ cvss: remote }), 'true (cvss)');
    const { inputs, reason } = decide({ cvss: local });
    assert.equal(inputs.automatable.value, false);
    assert.match(reason, /not automatable \(derived from CVSS AV:L\/PR:L\)/);
    assert.equal(automatable({ cvss: scoreCvss('AV:N/AC:H/Au:N/C:P/I:N/A:N') }), 'true (cvss)');
    assert.equal(automatable({ cvss: scoreCvss('AV:N/AC:H/Au:S/C:P/I:N/A:N') }), 'false (cvss)');
    const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    assert.equal(automatable({ cvss: scoreCvss(four) }), 'true (cvss)');
    assert.equal(automatable({ cvss: scoreCvss(`${four}/AU:N`) }), 'false (cvss)');
  });

  it('is assumed when nobody says anything', () => {
    assert.equal(automatable({}), 'true (default)');
    assert.match(decide({}).reason, /automatable unknown \(yes is assumed\)/);
  });
});

describe('a finding on an ECU that the architecture does not know', () => {
  it('takes the cautious values and says so', () => {
    const { inputs, reason, outcome } = decide({ kev });
    assert.deepEqual(
      [inputs.exposure, inputs.safety, inputs.mission].map(({ value, from }) => `${value} (${from})`),
      ['open (default)', 'critical (default)', 'mef-support-crippled (default)'],
    );
    assert.equal(outcome, 'immediate');
    assert.match(
      reason,
      /where it sits is unknown \(open is assumed\), what hangs on it is unknown \(critical is assumed\)/,
    );
  });
});

describe('the rank', () => {
  it('puts the outcome before KEV, KEV before EPSS, EPSS before CVSS', () => {
    const scheduled = { context: modem, ssvc: { exploitation: 'none', automatable: false } } as const;
    const ladder = [
      decide({ ...scheduled, cvss: local }),
      decide({ ...scheduled, cvss: remote }),
      decide({ ...scheduled, cvss: local, epss: 0.001 }),
      decide({ ...scheduled, cvss: remote, epss: 1 }),
      // exploited, and yet only scheduled: a local flaw in an ECU on which little hangs
      decide({ cvss: local, kev, ssvc: { automatable: false }, context: { ...modem, safety: 'negligible' } }),
      decide({ cvss: local, kev, context: steering }),
      decide({ cvss: remote, kev, context: drivingModem }),
    ];
    for (const [i, priority] of ladder.entries())
      assert.ok(i === 0 || priority.rank > (ladder[i - 1]?.rank ?? 0), `${i}: ${priority.rank} ${priority.reason}`);
  });

  it('lies between 0 and 999,999, whatever the feed says', () => {
    const worst = scoreCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H');
    for (const epss of [0, 1, -1, 2, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const input of [{ kev, cvss: worst, context: drivingModem }, {}, { context: modem }]) {
        const { rank } = decide({ ...input, epss });
        assert.ok(Number.isInteger(rank) && rank >= 0 && rank <= 999_999, `${rank} for ${epss}`);
      }
    }
    assert.equal(decide({ epss: Number.NaN }).inputs.epss, undefined);
  });

  it('counts the score on this ECU, not the published one, and takes 5.0 where there is none', () => {
    const on = (context: typeof modem) => decide({ cvss: remote, context });
    assert.equal(on(steering).inputs.cvss?.environmental, 8.8);
    assert.equal(on(steering).inputs.cvss?.base, 9.8);
    assert.equal(on(steering).rank % 250_000, 88);
    assert.equal(decide({ context: steering }).rank % 250_000, 50);
  });
});

describe('the inputs of a priority', () => {
  it('survive storing as JSON, name the catalogue entry and say how sure the match is', () => {
    const { inputs, reason } = priorityOf({ cvss: remote, kev, epss: 0.4, context: modem, matchStrength: 'name' });
    assert.deepEqual(JSON.parse(JSON.stringify(inputs)), inputs);
    assert.deepEqual([inputs.kev, inputs.epss, inputs.matchStrength], [kev, 0.4, 'name']);
    assert.match(reason, /matched by name only \(to be confirmed\)$/);
    assert.ok(!reason.includes('\n'));
  });
});
