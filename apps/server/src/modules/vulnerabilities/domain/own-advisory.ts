import { type Advisory, AdvisoryError, readAdvisory } from '@bulkhead/advisories';
import type { OwnAdvisory } from '@bulkhead/contract';
import { ScoringError, scoreCvss } from '@bulkhead/scoring';
import { VulnerabilityError } from './error.ts';

/** BH-2026-0001. */
export const ownNumber = (year: number, number: number): string => `BH-${year}-${String(number).padStart(4, '0')}`;

type Affected = OwnAdvisory['affected'][number];

const bad = (field: string, why: string) =>
  new VulnerabilityError('vulnerabilities.bad-advisory', `${field === '' ? '' : `${field}: `}${why}`, {
    fields: { [field]: why },
  });

/**
 * An advisory typed by hand as all others are: `affected` in the words of the own form, which is held to what can be
 * compared, so that a typing error is refused and not an advisory that never matches.
 * @throws VulnerabilityError `vulnerabilities.bad-advisory`, naming the field
 */
export function ownAdvisory(ref: string, typed: OwnAdvisory, now: Date, published: string): Advisory {
  checkVector(typed.vector);
  const form = {
    bulkheadAdvisory: 1,
    id: ref,
    title: typed.title,
    summary: typed.summary,
    aliases: typed.aliases ?? [],
    published,
    modified: now.toISOString(),
    severities: typed.vector === undefined ? [] : [{ vector: typed.vector }],
    cwes: typed.cwes ?? [],
    references: (typed.references ?? []).map((url) => ({ url })),
    affected: typed.affected.map(affectedForm),
  };
  try {
    const [advisory] = readAdvisory(form, 'own');
    if (!advisory) throw bad('', 'It describes no vulnerability.');
    const { exploitation } = typed;
    return exploitation === undefined ? advisory : { ...advisory, exploitation: { exploitation, source: 'own' } };
  } catch (error) {
    if (!(error instanceof AdvisoryError)) throw error;
    const field = error.path.replace(/^\$\.?/, '');
    throw bad(
      field,
      error.message.startsWith(`${error.path}: `) ? error.message.slice(error.path.length + 2) : error.message,
    );
  }
}

/** The form of an own advisory is only looked at by its beginning; here the vector is scored. */
function checkVector(vector: string | undefined): void {
  if (vector === undefined) return;
  try {
    scoreCvss(vector);
  } catch (error) {
    if (!(error instanceof ScoringError)) throw error;
    throw bad('vector', error.message);
  }
}

function affectedForm({ purl, cpe, name, versions = [], introduced, fixed, lastAffected }: Affected, i: number) {
  const at = `affected[${i}]`;
  if (fixed !== undefined && lastAffected !== undefined)
    throw bad(`${at}.lastAffected`, 'give the first fixed version or the last affected one, not both');
  const bounds = [
    ...(introduced === undefined || introduced === '0' ? [] : [`>= ${introduced}`]),
    ...(fixed === undefined ? [] : [`< ${fixed}`]),
    ...(lastAffected === undefined ? [] : [`<= ${lastAffected}`]),
  ];
  const ranges = bounds.length > 0 ? [bounds.join(', ')] : introduced === '0' || versions.length === 0 ? ['*'] : [];
  return {
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(name === undefined ? {} : { name }),
    versions: [...versions, ...ranges],
    ...(fixed === undefined ? {} : { fixed: [fixed] }),
  };
}
