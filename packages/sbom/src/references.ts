import { quote } from './errors.ts';
import { type Place, pathOf } from './json/place.ts';
import type { Warnings } from './warnings.ts';

/**
 * Gives every component a reference of its own. The specifications demand unique ones, yet real documents repeat
 * them: the first holder keeps the reference and with it the edges, a later one stays in the inventory under a
 * reference made from its place, and there is a warning.
 */
export function claimReferences(warnings: Warnings) {
  const taken = new Set<string>();

  function fromPlace(at: Place): string {
    let ref = pathOf(at);
    while (taken.has(ref)) ref += "'";
    return ref;
  }

  return {
    taken: taken as ReadonlySet<string>,
    claim(wanted: string | undefined, at: Place): string {
      const repeated = wanted !== undefined && taken.has(wanted);
      if (repeated) {
        const message = `${quote(wanted)} is already the reference of another component; its edges go to the first one`;
        warnings.add('duplicate-reference', () => pathOf(at), message);
      }
      const ref = wanted === undefined || repeated ? fromPlace(at) : wanted;
      taken.add(ref);
      return ref;
    },
  };
}
