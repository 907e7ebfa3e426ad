import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { severityOf } from './cvss.ts';
import { createCvssCache } from './cvss-cache.ts';
import { scoreCvss, tryScoreCvss } from './score-cvss.ts';

const worst31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const worst40 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

describe('the score of a vector', () => {
  it('is that of the worked example CVE-2002-0392 in the CVSS 2.0 guide s3.3.1', () => {
    const { base, temporal, environmental } = scoreCvss(
      'AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H',
    );
    assert.deepEqual({ base, temporal, environmental }, { base: 7.8, temporal: 6.4, environmental: 9.2 });
  });

  it('has the version that the prefix tells, and no score of another version', () => {
    assert.deepEqual([scoreCvss(worst31).version, scoreCvss(worst31).base], ['3.1', 9.8]);
    assert.deepEqual([scoreCvss(worst40).version, scoreCvss(worst40).base], ['4.0', 9.3]);
    assert.equal(scoreCvss('AV:N/AC:L/Au:N/C:C/I:C/A:C').version, '2.0');
  });

  it('differs between 3.0 and 3.1 in the modified impact across scopes (CVSS 3.1 s7.3)', () => {
    const metrics = 'AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/CR:H';
    const [older, newer] = [scoreCvss(`CVSS:3.0/${metrics}`), scoreCvss(`CVSS:3.1/${metrics}`)];
    assert.deepEqual([older.base, older.environmental], [9.9, 9.9]);
    assert.deepEqual([newer.base, newer.environmental], [9.9, 10]);
  });

  it('has a temporal and an environmental part only when the vector sets such a metric', () => {
    assert.ok(!('temporal' in scoreCvss(worst31)) && !('environmental' in scoreCvss(worst31)));
    assert.ok(!('temporal' in scoreCvss(`${worst31}/E:X/CR:X`)) && !('environmental' in scoreCvss(`${worst31}/MAV:X`)));
    assert.equal(scoreCvss(`${worst31}/E:U`).temporal, 9);
    assert.equal(scoreCvss(`${worst31}/MAV:P`).environmental, 6.8);
    assert.equal(scoreCvss(`${worst31}/MAV:P`).temporal, undefined);
  });

  it('keeps the CVSS 4.0 base score apart from threat and environment', () => {
    const { base, temporal, environmental } = scoreCvss(`${worst40}/E:U/MAV:P/MSI:S`);
    assert.equal(base, 9.3);
    assert.ok(temporal !== undefined && temporal < base);
    assert.ok(environmental !== undefined && environmental !== temporal);
    assert.deepEqual(scoreCvss(`${worst40}/S:P/AU:Y/U:Red`).base, 9.3, 'supplemental metrics change no score');
  });

  it('is 0, never -0 nor below it, where nothing is hurt', () => {
    for (const vector of [
      'AV:L/AC:H/Au:M/C:N/I:N/A:N/CDP:N/TD:N',
      'AV:L/AC:H/Au:M/C:P/I:N/A:N/E:U/CR:L',
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N/CR:H',
      'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/E:A/CR:H',
    ]) {
      const { base, temporal = 0, environmental = 0 } = scoreCvss(vector);
      for (const score of [base, temporal, environmental]) assert.ok(score >= 0 && !Object.is(score, -0), vector);
    }
  });
});

describe('the canonical vector', () => {
  it('has the order of the specification and leaves out what is not defined', () => {
    const { vector, metrics } = scoreCvss('CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/MAV:L/E:X/CR:X/RL:O');
    assert.equal(vector, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O/MAV:L');
    assert.deepEqual([...metrics.keys()].slice(-2), ['RL', 'MAV']);
    assert.equal(scoreCvss(vector).vector, vector);
  });

  it('of CVSS 2.0 has no prefix and no parentheses, however the source writes it', () => {
    const plain = 'AV:N/AC:L/Au:N/C:P/I:P/A:P';
    for (const text of [plain, `(${plain})`, `CVSS:2.0/${plain}`, `${plain}/E:ND/TD:ND`])
      assert.equal(scoreCvss(text).vector, plain);
  });
});

describe('the rating of a score', () => {
  it('follows the bands of the version', () => {
    const rate = (version: '2.0' | '3.1' | '4.0') =>
      [0, 0.1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map((n) => severityOf(version, n));
    const later = ['none', 'low', 'low', 'medium', 'medium', 'high', 'high', 'critical', 'critical'];
    assert.deepEqual(rate('3.1'), later);
    assert.deepEqual(rate('4.0'), later);
    assert.deepEqual(rate('2.0'), [...later.slice(0, 7), 'high', 'high']);
  });

  it('in a scored vector is that of the base score', () => {
    assert.equal(scoreCvss(`${worst31}/MAV:P`).severity, 'critical');
  });
});

describe('a cache of scores', () => {
  it('gives the same object again and forgets what was used longest ago', () => {
    const cache = createCvssCache(2);
    const first = cache.score(worst31);
    cache.score(worst40);
    assert.equal(cache.score(worst31), first);
    cache.score('AV:N/AC:L/Au:N/C:P/I:P/A:P');
    assert.equal(cache.size(), 2);
    assert.equal(cache.score(worst31), first, 'used again, so kept');
  });

  it('stays bounded under vectors that never repeat, bad ones and long ones, whatever its size', () => {
    for (const size of [0, 1, 100, Number.NaN]) {
      const cache = createCvssCache(size);
      for (let i = 0; i < 1000; i++) assert.equal(cache.score(`CVSS:3.1/${'x'.repeat(i)}`), undefined);
      assert.ok(cache.size() <= (size || 0), `${cache.size()} of ${size}`);
    }
  });
});

describe('the speed', () => {
  /** The best of many short rounds: what the code costs, not what else the machine is doing. */
  function microsecondsPerScore(vectors: readonly string[]): number {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 300; round++) {
      const started = performance.now();
      for (const vector of vectors) scoreCvss(vector);
      best = Math.min(best, ((performance.now() - started) * 1000) / vectors.length);
    }
    return best;
  }

  it('is below 20 us for CVSS 3.1 and below 500 us for CVSS 4.0, without a cache', () => {
    assert.ok(microsecondsPerScore(Array.from({ length: 20 }, () => `${worst31}/E:P/CR:H/MAV:A`)) < 20);
    assert.ok(microsecondsPerScore(Array.from({ length: 20 }, () => `${worst40}/E:P/CR:H/MAV:A/MSI:S`)) < 500);
  });
});

describe('trying', () => {
  it('gives nothing for what scoring refuses', () => {
    assert.equal(tryScoreCvss('not a vector'), undefined);
    assert.equal(tryScoreCvss(worst31)?.base, 9.8);
  });
});
