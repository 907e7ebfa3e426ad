import type { VersionScheme } from '@bulkhead/versions';
import { describeCpeMatch, evaluateConfiguration } from '../cpe/configuration.ts';
import { parseCpe } from '../cpe/cpe.ts';
import { knownComponent } from '../identity/known-component.ts';
import { knownPackage } from '../identity/known-package.ts';
import type { Advisory, AffectedPackage, ComponentIdentity, Match, MatchProof } from '../model.ts';
import { codePresence } from './compiled-files.ts';
import { describeEntry, describeJudgement } from './describe.ts';
import { fixesAbove, type Judgement, judge, judgeWithoutVersion } from './judge.ts';
import { type Meeting, meet } from './meet.ts';
import { compareIn } from './order.ts';
import { chooseScheme, isUsableVersion } from './schemes.ts';

/** One entry of the record that speaks of the component, and what it says. */
interface Finding {
  readonly affected: AffectedPackage;
  readonly meeting: Meeting;
  readonly status: Judgement['status'];
  /** Whether the version was compared, not only the default taken. */
  readonly decided: boolean;
  readonly scheme: VersionScheme;
  readonly range: string;
  readonly doubts: readonly string[];
}

const order = ['purl', 'distro', 'cpe', 'alias', 'name'] as const;

/**
 * Holds one component against one advisory. Nothing when the record does not speak of it, or says that its version is
 * not affected. Entries that identify the component surely outrank those that only resemble it; among equals one that
 * says "affected" is enough, since a record lists its branches and products one by one.
 */
export function matchAdvisory(advisory: Advisory, component: ComponentIdentity): Match | undefined {
  if (advisory.withdrawn !== undefined) return undefined;
  const findings = findingsOf(advisory, component);
  const sure = findings.filter(isSure);
  const chosen = sure.length > 0 ? (fromSure(sure) ?? undefined) : fromWeak(findings);
  if (!chosen) return undefined;
  const match = toMatch(advisory, component, chosen);
  return applyCompiledFiles(match, findings, component);
}

function isSure({ meeting }: Finding): boolean {
  return meeting.doubts.length === 0;
}

function findingsOf(advisory: Advisory, component: ComponentIdentity): Finding[] {
  const findings: Finding[] = [];
  for (const affected of advisory.affected) {
    if (affected.configuration) continue;
    const meeting = meet(affected, component);
    if (meeting) findings.push(findingOf(affected, meeting));
  }
  const ofKernel = findings.filter(({ affected }) => knownPackage(affected).isKernel);
  // CISA's entries for the kernel are copies of the kernel team's, cut into pieces that mean something else.
  if (ofKernel.some(({ affected, status }) => isOfIssuer(affected) && status !== 'silent')) {
    return findings.filter((finding) => !ofKernel.includes(finding) || isOfIssuer(finding.affected));
  }
  if (findings.some(isSure)) return findings;
  // Applicability statements often are wider than the ranges beside them (kernel branches overlap): a second choice.
  return [...findings, ...advisory.affected.flatMap((affected) => configurationFinding(affected, component))];
}

function findingOf(affected: AffectedPackage, meeting: Meeting): Finding {
  const { version } = meeting;
  if (version === undefined || !isUsableVersion(version)) {
    const doubt = version === undefined ? 'the component has no version' : `"${version}" is no version to compare`;
    const status = judgeWithoutVersion(affected);
    const doubts = status === 'affected' ? [] : [doubt];
    return {
      affected,
      meeting,
      status,
      decided: false,
      scheme: meeting.scheme ?? 'generic',
      range: describeEntry(affected),
      doubts,
    };
  }
  const scheme = chooseScheme(affected, version, meeting.scheme);
  const judgement = judge(affected, version, scheme);
  return {
    affected,
    meeting,
    status: judgement.status,
    decided: judgement.by.kind !== 'default' || affected.defaultStatus !== 'unknown',
    scheme,
    range: describeJudgement(affected, judgement),
    doubts: doubtsOf(judgement, affected),
  };
}

function doubtsOf({ status, by }: Judgement, { defaultStatus }: AffectedPackage): string[] {
  if (status === 'silent') return ['the record names commits only, which say nothing about a version number'];
  if (status !== 'unknown') return [];
  if (by.kind === 'open') return ['the record gives its range in words'];
  return [
    by.kind === 'default' && defaultStatus === 'unknown'
      ? 'the record does not say which versions are affected'
      : 'the record calls the status of this version unknown',
  ];
}

function configurationFinding(affected: AffectedPackage, component: ComponentIdentity): Finding[] {
  if (!affected.configuration) return [];
  const known = knownComponent(component);
  const platforms = component.platformCpes?.flatMap((text) => parseCpe(text) ?? []);
  const version =
    known.projectVersion !== undefined && isUsableVersion(known.projectVersion) ? known.projectVersion : undefined;
  const scheme: VersionScheme = known.kernel === undefined ? 'generic' : 'linux';
  const result = evaluateConfiguration(affected.configuration, {
    cpes: known.cpes,
    version,
    platforms,
    compare: (a, b) => compareIn(scheme, a, b),
  });
  if (!result) return [];
  const { meeting } = result;
  const identification = [
    ...(meeting.vendorOpen ? ['the component leaves its vendor open'] : []),
    ...(meeting.open.length > 0 ? [`the record speaks of ${meeting.open.join(', ')} only`] : []),
    ...(known.namespace === 'distro' ? ['a distribution carries fixes back without changing the version'] : []),
  ];
  const doubts = [
    ...(result.truth === 'open' ? ['it depends on other software or on what it runs on, which is not known'] : []),
    ...(result.versionOpen ? ['the component has no version, or the record names none'] : []),
  ];
  return [
    {
      affected,
      meeting: {
        strength: result.isAlias ? 'alias' : 'cpe',
        identifier: `${result.isAlias ? 'confirmed alias ' : ''}${result.text} = ${result.match.criteria}`,
        version,
        doubts: identification,
        notes: [],
      },
      status: 'affected',
      decided: true,
      scheme,
      range: describeCpeMatch(result.match),
      doubts,
    },
  ];
}

interface Chosen {
  readonly finding: Finding;
  readonly doubts: readonly string[];
}

function strongestFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => order.indexOf(a.meeting.strength) - order.indexOf(b.meeting.strength));
}

function fromSure(findings: readonly Finding[]): Chosen | undefined {
  const ranked = strongestFirst(findings);
  const hits = ranked.filter(({ status }) => status === 'affected');
  const denial = ranked.find(
    ({ status, decided, affected }) => status === 'unaffected' && decided && isOfIssuer(affected),
  );
  const issuerHit = hits.find(({ affected }) => isOfIssuer(affected));
  const hit = issuerHit ?? hits[0];
  if (hit) {
    // A third party's addition against the word of whoever issued the record: neither is dropped.
    const conflict = denial && !isOfIssuer(hit.affected);
    const doubts = conflict ? [`${hit.affected.container} says affected, ${denial.affected.container} says not`] : [];
    return { finding: hit, doubts };
  }
  if (ranked.some(({ status }) => status === 'unaffected')) return undefined;
  const open = ranked[0];
  return open && { finding: open, doubts: [] };
}

function isOfIssuer({ container }: AffectedPackage): boolean {
  return !container.startsWith('adp:');
}

function fromWeak(findings: readonly Finding[]): Chosen | undefined {
  const ranked = strongestFirst(findings);
  const denied = ranked.some(({ status }) => status === 'unaffected');
  const hit =
    ranked.find(({ status }) => status === 'affected') ??
    ranked.find(({ status }) => status === 'unknown') ??
    (denied ? undefined : ranked.find(({ status }) => status === 'silent'));
  return hit && { finding: hit, doubts: [] };
}

function toMatch(advisory: Advisory, component: ComponentIdentity, { finding, doubts }: Chosen): Match {
  const { affected, meeting, scheme, range, status } = finding;
  const all = [...meeting.doubts, ...finding.doubts, ...doubts];
  const fixed =
    meeting.version === undefined ? [...(affected.fixed ?? [])] : fixesAbove(affected, meeting.version, scheme);
  const proof: MatchProof = {
    record: advisory.id,
    container: affected.container,
    identifier: meeting.identifier,
    range,
    scheme,
    version: meeting.version ?? component.version ?? '',
    ...(fixed.length > 0 ? { fixed } : {}),
    notes: [...all, ...meeting.notes],
  };
  return {
    verdict: status === 'affected' && all.length === 0 ? 'affected' : 'unsure',
    strength: meeting.strength,
    proof,
  };
}

function applyCompiledFiles(match: Match, findings: readonly Finding[], component: ComponentIdentity): Match {
  const met = findings.filter(({ status }) => status !== 'unaffected').map(({ affected }) => affected);
  const presence = codePresence(met, component);
  if (!presence) return match;
  const proof = { ...match.proof, notes: [...match.proof.notes, presence.note] };
  return { ...match, verdict: presence.isAbsent ? 'not-affected' : match.verdict, proof };
}
