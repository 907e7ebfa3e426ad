import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ScoringError } from '../errors.ts';
import { metricTables } from './metrics.ts';
import { parseVector } from './parse-vector.ts';

const good = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

function assertRefused(vector: string, saying: RegExp): void {
  assert.throws(
    () => parseVector(vector),
    (error: unknown) => {
      assert.ok(error instanceof ScoringError, String(error));
      assert.equal(error.code, 'scoring.bad-vector');
      assert.match(error.message, saying);
      assert.ok(error.message.length < 500, 'the message stays short');
      return true;
    },
  );
}

describe('a vector is refused, naming the metric and the remedy,', () => {
  it('when a metric stands in it twice, with the same or another value', () => {
    assertRefused(`${good}/AV:N`, /the metric AV stands in it twice; keep one/);
    assertRefused(`${good}/E:X/E:H`, /the metric E stands in it twice/);
  });

  it('when a base metric is missing', () => {
    assertRefused(
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
      /base metric A of CVSS 3\.1 is missing; add A:H or A:L or A:N/,
    );
    assertRefused(good.replace('AV:N', 'AV:X'), /AV has no value "X"/);
    assertRefused('CVSS:4.0/AV:N/AC:L/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', /metric AT of CVSS 4\.0 is missing/);
  });

  it('when a metric or value belongs to no version, or to another one', () => {
    assertRefused(`${good}/ZZ:N`, /CVSS 3\.1 has no metric "ZZ"; remove it/);
    assertRefused(`${good}/AT:N`, /no metric "AT"/);
    assertRefused(`${good}/E:POC`, /E has no value "POC"; write E:U or E:P or E:F or E:H or E:X/);
    assertRefused('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N', /SI has no value "S"/);
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      assertRefused(`${good}/${name}:N`, new RegExp(`no metric "${name}"`));
  });

  it('when letters are of the wrong case', () => {
    assertRefused(good.toLowerCase(), /in capitals/);
    assertRefused(good.replace('AV:N', 'av:N'), /write it as AV, upper and lower case count/);
    assertRefused(good.replace('AV:N', 'AV:n'), /AV has no value "n"; write AV:N or AV:A/);
    assertRefused('AV:N/AC:L/AU:N/C:P/I:P/A:P', /write it as Au/);
  });

  it('when the version is unknown', () => {
    for (const prefix of ['CVSS:3.2', 'CVSS:5.0', 'CVSS:3', 'CVSS:4.00', 'cvss:3.1'])
      assertRefused(good.replace('CVSS:3.1', prefix), /must start with/);
  });

  it('when its parts are empty, cut off or not metrics', () => {
    assertRefused('', /an empty part/);
    assertRefused(`${good}/`, /an empty part/);
    assertRefused(good.replace('/AC', '//AC'), /an empty part/);
    assertRefused(`${good}/E`, /"E" is not a metric; write NAME:VALUE/);
    assertRefused(`${good}/E:`, /E has no value ""/);
    assertRefused(`${good}/E:P:P`, /E has no value "P:P"/);
    assertRefused(`${good} `, /A has no value "H "/);
    assertRefused(`(${good})`, /no metric "CVSS"|must start with/);
  });

  it('without forging a line of a log', () => {
    assertRefused(`${good}/X\nINFO all is well:N`, /no metric "X\\nINFO all is well"/);
  });
});

describe('the work on a hostile vector', () => {
  it('is bounded: a long one is refused by its length alone', () => {
    const started = performance.now();
    for (const vector of [
      '/'.repeat(102_400),
      `${good}/`.repeat(5000),
      'A'.repeat(102_400),
      `${good}${' '.repeat(500)}`,
    ])
      assertRefused(vector, /at most 500 are read/);
    assert.ok(performance.now() - started < 100);
  });

  it('never fails in another way, whatever single character is changed, removed or doubled', () => {
    let refused = 0;
    let read = 0;
    for (const base of [good, 'AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC', `${good}/E:U/RL:O/MAV:P`.replace('3.1', '3.0')]) {
      for (let at = 0; at <= base.length; at++) {
        for (const put of ['', '/', ':', 'X', '\u0000', '\u{1f697}', base.charAt(at).repeat(2)]) {
          try {
            parseVector(base.slice(0, at) + put + base.slice(at + 1));
            read++;
          } catch (error) {
            assert.ok(error instanceof ScoringError, String(error));
            refused++;
          }
        }
      }
    }
    assert.ok(refused > 900 && read > 10, `${refused} were refused, ${read} were read`);
  });

  it('leaves room for the longest vector that can be written', () => {
    for (const [version, { prefix, metrics, undefinedValue }] of Object.entries(metricTables)) {
      const longest = [...metrics.values()].map(({ name, values, group }) => {
        const all = group === 'base' ? values : [...values, undefinedValue];
        return `${name}:${all.toSorted((a, b) => b.length - a.length)[0]}`;
      });
      const vector = prefix + longest.join('/');
      assert.ok(vector.length < 250, `${version} needs ${vector.length} characters`);
      assert.equal(parseVector(vector).version, version);
    }
  });
});
