import type { AffectedPackage } from '../model.ts';
import type { Finding } from './finding.ts';

const order = ['purl', 'distro', 'cpe', 'alias', 'name'] as const;

/** The finding that stands for the record, and what speaks against it. */
export interface Chosen {
  readonly finding: Finding;
  readonly doubts: readonly string[];
}

function strongestFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => order.indexOf(a.meeting.strength) - order.indexOf(b.meeting.strength));
}

/** Whether nothing about the identification is in doubt; the version may still be. */
export function isSure({ meeting }: Finding): boolean {
  return meeting.doubts.length === 0;
}

/** Whether the entry is of whoever issued the record, not of a third party that added to it. */
export function isOfIssuer({ container }: AffectedPackage): boolean {
  return !container.startsWith('adp:');
}

/**
 * Weighs what the entries of one record say. Those that identify the component surely come before those that only
 * resemble it; where issuer and third party disagree neither is dropped. Nothing = the record does not mean it.
 */
export function decide(findings: readonly Finding[]): Chosen | undefined {
  const ranked = strongestFirst(findings);
  const sure = ranked.filter(isSure);
  return sure.length > 0 ? fromSure(sure, ranked) : fromWeak(ranked);
}

function fromSure(sure: readonly Finding[], all: readonly Finding[]): Chosen | undefined {
  const hits = sure.filter(({ status }) => status === 'affected');
  const denials = sure.filter(({ status }) => status === 'unaffected');
  const issuerDenial = denials.find(({ affected, decided }) => decided && isOfIssuer(affected));
  const hit = hits.find(({ affected }) => isOfIssuer(affected)) ?? hits[0];
  if (hit) {
    return { finding: hit, doubts: issuerDenial && !isOfIssuer(hit.affected) ? [disagreement(hit, issuerDenial)] : [] };
  }
  const [denial] = denials;
  if (!denial) return sure[0] && { finding: sure[0], doubts: [] };
  if (denials.some(({ affected }) => isOfIssuer(affected))) return undefined;
  const claim = all.find(({ status, affected }) => status === 'affected' && isOfIssuer(affected));
  return claim && { finding: claim, doubts: [disagreement(claim, denial)] };
}

function disagreement(claim: Finding, denial: Finding): string {
  return `${claim.affected.container} says affected, ${denial.affected.container} says not`;
}

function fromWeak(ranked: readonly Finding[]): Chosen | undefined {
  const denied = ranked.some(({ status }) => status === 'unaffected');
  const hit =
    ranked.find(({ status }) => status === 'affected') ??
    ranked.find(({ status }) => status === 'unknown') ??
    (denied ? undefined : ranked.find(({ status }) => status === 'silent'));
  return hit && { finding: hit, doubts: [] };
}
