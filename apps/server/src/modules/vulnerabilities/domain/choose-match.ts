import type { Match, MatchStrength, MatchVerdict } from '@bulkhead/advisories';
import type { StoredProof } from './stored.ts';

export interface RecordMatch {
  readonly source: string;
  /** Undefined: the record names this component, and its version is not among the affected ones. */
  readonly match: Match | undefined;
  /** The record speaks for the distribution that the component comes from. */
  readonly distribution: boolean;
  readonly ref: string;
}

export interface ChosenMatch {
  readonly verdict: MatchVerdict;
  readonly strength: MatchStrength;
  readonly proofs: readonly StoredProof[];
  readonly fixedIn: readonly string[];
}

const strengthOrder: readonly MatchStrength[] = ['distro', 'purl', 'alias', 'cpe', 'name'];
const verdictOrder: readonly MatchVerdict[] = ['affected', 'unsure', 'not-affected'];
const mostProofs = 6;

const proofOf = ({ match, source }: { match: Match; source: string }): StoredProof => ({
  ...match.proof,
  source,
  fixed: [...(match.proof.fixed ?? [])].slice(0, 20),
  notes: [...match.proof.notes].slice(0, 10),
});

/**
 * One finding from what all records of a vulnerability say about a component. The distribution that built the component
 * knows its backports: where it speaks and does not name this version, a match by the upstream's version number is only
 * "unsure", with that said. It is never dropped.
 */
export function chooseMatch(records: readonly RecordMatch[]): ChosenMatch | undefined {
  const found = records.flatMap(({ match, source, distribution }) => (match ? [{ match, source, distribution }] : []));
  if (found.length === 0) return undefined;
  const acquitted = found.some(({ distribution }) => distribution)
    ? undefined
    : records.find(({ distribution, match }) => distribution && !match);
  const inOrder = found.toSorted(
    (a, b) =>
      rankOf(a.match) - rankOf(b.match) ||
      verdictOrder.indexOf(a.match.verdict) - verdictOrder.indexOf(b.match.verdict),
  );
  const [first] = inOrder as [(typeof inOrder)[0]];
  // proof that the code is absent outweighs a version number
  const absent = inOrder.find(({ match }) => match.verdict === 'not-affected');
  const counts = absent ?? first;
  const proofs = [counts, ...inOrder.filter((one) => one !== counts)].slice(0, mostProofs).map(proofOf);
  const [head] = proofs as [StoredProof];
  const verdict = acquitted && counts.match.verdict === 'affected' ? 'unsure' : counts.match.verdict;
  const said = acquitted ? [`${acquitted.ref} of the distribution does not name this version as affected`] : [];
  return {
    verdict,
    strength: counts.match.strength,
    proofs: [{ ...head, notes: [...head.notes, ...said] }, ...proofs.slice(1)],
    fixedIn: [...new Set(proofs.flatMap(({ fixed }) => fixed))].slice(0, 20),
  };
}

/** A sure verdict by a weaker identifier still comes before an unsure one by a stronger. */
const rankOf = ({ verdict, strength }: Match) =>
  (verdict === 'unsure' ? strengthOrder.length : 0) + strengthOrder.indexOf(strength);
