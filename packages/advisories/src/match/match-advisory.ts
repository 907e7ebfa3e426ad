import { entriesFor } from '../identity/keys.ts';
import { knownPackage } from '../identity/known-package.ts';
import type { Advisory, AffectedPackage, ComponentIdentity, Match, MatchProof } from '../model.ts';
import { codePresence } from './compiled-files.ts';
import { type Chosen, decide, isOfIssuer, isSure } from './decide.ts';
import { configurationFinding, type Finding, findingOf } from './finding.ts';
import { fixesAbove } from './judge.ts';
import { meet } from './meet.ts';

/**
 * Holds one component against one advisory. Nothing when the record does not speak of it, or says that its version is
 * not affected. Entries that identify the component surely outrank those that only resemble it; among equals one that
 * says "affected" is enough, since a record lists its branches and products one by one.
 */
export function matchAdvisory(advisory: Advisory, component: ComponentIdentity): Match | undefined {
  return matchEntries(advisory, entriesFor(advisory, component), component);
}

/** The same for callers that know which entries of the record share a key with the component. */
export function matchEntries(
  advisory: Advisory,
  entries: readonly AffectedPackage[],
  component: ComponentIdentity,
): Match | undefined {
  if (advisory.withdrawn !== undefined) return undefined;
  const findings = findingsOf(entries, component);
  const chosen = decide(findings);
  if (!chosen) return undefined;
  const match = toMatch(advisory, component, chosen);
  return applyCompiledFiles(match, findings, component);
}

function findingsOf(entries: readonly AffectedPackage[], component: ComponentIdentity): Finding[] {
  const findings: Finding[] = [];
  for (const affected of entries) {
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
  return [...findings, ...entries.flatMap((affected) => configurationFinding(affected, component))];
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
  return { ...match, verdict: presence.isAbsent ? 'not-affected' : match.verdict, proof, code: presence };
}
