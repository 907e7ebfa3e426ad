import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Evaluation } from '@bulkhead/contract';
import { CliError } from '../error.ts';
import { createHome, type FakeServer, runInProcess, startFake, testToken } from '../testing.ts';
import { type Judgement, judgeEvaluation } from './judge-evaluation.ts';
import { readPolicy } from './policy.ts';

type Found = Evaluation['findings'][number];
const today = '2026-11-25';

const found = (more: Partial<Found> = {}): Found => ({
  ref: 'CVE-2024-45492',
  title: 'Overflow in the parser',
  severity: 'critical',
  cvss: 9.8,
  epss: 0.02,
  kev: false,
  component: { name: 'expat', version: '2.6.2', purl: 'pkg:generic/expat@2.6.2' },
  verdict: 'affected',
  strength: 'purl',
  outcome: 'immediate',
  reason: 'reachable over cellular',
  state: 'open',
  fixedIn: ['2.6.3'],
  proof: {
    record: 'r',
    source: 's',
    container: 'cna',
    identifier: 'i',
    range: '< 2.6.3',
    scheme: 'semver',
    version: '2.6.2',
    fixed: ['2.6.3'],
    notes: [],
  },
  ...more,
});
const evaluation = (findings: readonly Found[], more: Partial<Evaluation> = {}): Evaluation => ({
  components: 10,
  unidentified: 1,
  findings: [...findings],
  truncated: false,
  ...more,
});
const policy = (lines: string) => readPolicy(`version: 1\n${lines}`, 'gate.yaml');
const judge = (lines: string, findings: readonly Found[], more: Partial<Evaluation> = {}) =>
  judgeEvaluation(evaluation(findings, more), policy(lines), today);

test('each limit fails what is above it and passes what is at it', () => {
  const cases: [string, Partial<Found>, Partial<Found>][] = [
    ['maxOutcome: scheduled', { outcome: 'out-of-cycle' }, { outcome: 'scheduled' }],
    ['maxSeverity: medium', { severity: 'high' }, { severity: 'medium' }],
    ['maxCvss: 6.9', { cvss: 7 }, { cvss: 6.9 }],
    ['maxEpss: 0.1', { epss: 0.11 }, { epss: 0.1 }],
    ['failOnKev: true', { kev: true }, { kev: false }],
    ['maxSeverity: medium', { severity: 'unknown' }, { severity: 'none' }],
    ['maxCvss: 6.9', { cvss: null }, { cvss: 0 }],
  ];
  for (const [limit, over, at] of cases) {
    assert.equal(judge(limit, [found(over)]).passed, false, `${limit} fails ${JSON.stringify(over)}`);
    assert.equal(judge(limit, [found(at)]).passed, true, `${limit} passes ${JSON.stringify(at)}`);
  }
  assert.equal(judge('maxCvss: 6.9\nfailOnUnscored: false', [found({ cvss: null })]).passed, true);
  assert.equal(judge('maxCvss: 6.9', [found()]).violations[0], 'CVE-2024-45492 in expat 2.6.2: CVSS 9.8 is above 6.9');
});

test('what is decided, or not sure enough for the policy, does not count', () => {
  const limit = 'maxSeverity: low';

  for (const state of ['not-affected', 'fixed'] as const) assert.ok(judge(limit, [found({ state })]).passed, state);
  for (const state of ['open', 'affected', 'under-investigation'] as const)
    assert.ok(!judge(limit, [found({ state })]).passed, state);
  assert.ok(!judge(limit, [found({ verdict: 'unsure' })]).passed);
  assert.ok(judge(`${limit}\nverdicts: [affected]`, [found({ verdict: 'unsure' })]).passed);
  assert.ok(judge(`${limit}\nstrengths: [purl, cpe]`, [found({ strength: 'name' })]).passed);
});

test('an exception holds for its vulnerability and component until the end of its last day', () => {
  const allow = (component: string, expires: string) =>
    `maxSeverity: low\nallow:\n  - ref: CVE-2024-45492\n    reason: no XML from outside\n    expires: ${expires}\n${component}`;

  assert.equal(judge(allow('', today), [found()]).findings[0]?.gate, 'allowed');
  assert.equal(judge(allow('    component: expat', today), [found()]).passed, true);
  assert.equal(judge(allow('    component: pkg:generic/expat@2.6.2', today), [found()]).passed, true);
  assert.equal(judge(allow('    component: libexpat', today), [found()]).passed, false);
  assert.equal(judge(allow('', today), [found({ ref: 'CVE-2024-45491' })]).passed, false);
  const late = judge(allow('', '2026-11-24'), [found()]);
  assert.match(late.violations[0] ?? '', /the exception ended on 2026-11-24$/);
  assert.deepEqual(late.idle, [{ ref: 'CVE-2024-45492', expires: '2026-11-24', why: 'expired' }]);
  assert.equal(judge(allow('', today), []).idle[0]?.why, 'unused');
});

test('what cannot be seen is no pass: too few identified components, none at all, an answer cut short', () => {
  assert.equal(judge('minIdentified: 90', []).passed, true);
  assert.equal(judge('minIdentified: 90.1', []).passed, false);
  assert.equal(judge('minIdentified: 100', [], { components: 100_000, unidentified: 1 }).passed, false);
  assert.equal(judge('failOnKev: true', [], { components: 0, unidentified: 0 }).passed, false);
  assert.equal(judge('failOnKev: true', [], { truncated: true }).passed, false);
});

test('a policy with a fault is refused with the path of the fault', () => {
  const entry = (lines: string) => `failOnKev: true\nallow:\n  - ref: CVE-2024-45492\n${lines}`;
  const reason = '    reason: x\n';
  const faults: [string, RegExp][] = [
    ['version: 1\nmaxSeverty: low', /gate\.yaml: maxSeverty is no known key/],
    ['version: 1\n__proto__: {maxCvss: 1}', /__proto__ is no known key/],
    [`version: 1\n${entry(`${reason}    expirs: 2027-01-31`)}`, /allow\[0\]\.expirs is no known key/],
    [`version: 1\n${entry(reason)}`, /allow\[0\]\.expires must be/],
    [`version: 1\n${entry(`${reason}    expires: 2027-02-31`)}`, /allow\[0\]\.expires must be a day/],
    [`version: 1\n${entry('    expires: 2027-01-31')}`, /allow\[0\]\.reason must be/],
    ['version: 1\nallow: [{ref: "x y", reason: r, expires: 2027-01-31}]', /allow\[0\]\.ref is no id/],
    ['version: 1\nmaxCvss: high', /maxCvss must be from 0 to 10/],
    ['version: 1\nmaxCvss: .nan', /maxCvss must be from 0 to 10/],
    ['version: 1\nmaxOutcome:', /maxOutcome must be one of/],
    ['version: 1\nverdicts: []', /verdicts must be a list/],
    ['version: 1\nverdicts: [affected, sure]', /verdicts\[1\] must be one of/],
    ['version: 1\nfailOnKev: yes', /failOnKev must be true or false/],
    ['version: 1\nfailOnKev: false', /sets no limit/],
    ['version: 2\nmaxCvss: 1', /version must be 1/],
    ['maxCvss: 1', /version must be 1/],
    ['', /must be a mapping/],
    ['- 1', /must be a mapping/],
    ['version: 1\nmaxCvss: 9\nmaxCvss: 1', /not valid YAML/],
    ['version: 1\nmaxCvss: &a 1\nmaxEpss: *a', /not valid YAML/],
    [`version: 1\nallow: ${'['.repeat(50_000)}`, /not valid YAML/],
    [`#${'x'.repeat(300_000)}`, /holds more than/],
  ];
  for (const [text, message] of faults)
    assert.throws(
      () => readPolicy(text, 'gate.yaml'),
      (error: unknown) => error instanceof CliError && error.code === 'cli.usage' && message.test(error.message),
      text.slice(0, 60),
    );
});

test('the policy of the guide is a valid policy', () => {
  const guide = readFileSync(new URL('../../../../docs/how-to/gate-a-release.md', import.meta.url), 'utf8');
  const examples = [...guide.matchAll(/```yaml\n([^`]+)```/g)].map(([, text]) => readPolicy(text ?? '', 'guide'));

  assert.equal(examples.length, 1);
  assert.equal(examples[0]?.allow.length, 1);
});

const home = createHome();
let server: FakeServer;
before(async () => {
  server = await startFake({
    evaluateSbom: () => evaluation([found(), found({ ref: 'CVE-0', severity: 'low', cvss: 2 })]),
  });
});
after(() => {
  server.close();
  home.remove();
});

const file = (name: string, text: string) => {
  const path = join(home.directory, name);
  writeFileSync(path, text);
  return path;
};
const gate = (policyText: string, ...more: string[]) => {
  const paths = ['--sbom', file('bom.json', '{"bomFormat":"CycloneDX"}'), '--policy', file('p.yaml', policyText)];
  return runInProcess(['gate', ...paths, ...more], { BULKHEAD_URL: server.url, BULKHEAD_TOKEN: testToken });
};

test('the command sends the SBOM, prints the judgement as JSON and ends with 7 on a violation', async () => {
  const asked = server.requests.length;

  const result = await gate('version: 1\nmaxCvss: 6.9', '--function', 'telematics', '--software', 'tcu-os');

  const { passed, findings } = JSON.parse(result.out) as Judgement;
  assert.equal(result.code, 7);
  assert.equal(passed, false);
  assert.deepEqual(
    findings.map((finding) => finding.gate),
    ['failed', 'passed'],
  );
  assert.match(result.err, /CVE-2024-45492 in expat 2\.6\.2: CVSS 9\.8 is above 6\.9/);
  const [request] = server.requests.slice(asked);
  assert.deepEqual(request?.query, { function: 'telematics', software: 'tcu-os' });
  assert.equal(request?.body.toString(), '{"bomFormat":"CycloneDX"}');
});

test('within the limits the command ends with 0, as a table too', async () => {
  const result = await gate('version: 1\nfailOnKev: true', '-o', 'table');

  assert.equal(result.code, 0);
  assert.match(result.out, /^GATE +VULNERABILITY .*\npassed +CVE-2024-45492 +expat/);
  assert.match(result.err, /Passed: 10 components \(90 % identified\), 2 findings/);
});

test('a policy with a fault ends with 2 and nothing is sent', async () => {
  const asked = server.requests.length;

  const results = [await gate('version: 1\nmaxCvs: 6.9'), await gate('version: 1\nmaxCvss: 6.9', '-o', 'csv')];
  const missing = await runInProcess(['gate', '--sbom', '/nonexistent'], {});

  assert.deepEqual(
    [...results, missing].map(({ code }) => code),
    [2, 2, 2],
  );
  assert.match(results[0]?.err ?? '', /p\.yaml: maxCvs is no known key/);
  assert.equal(server.requests.length, asked);
});
