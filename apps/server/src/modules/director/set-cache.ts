import type { DialectName, DirectorSet } from '@bulkhead/uptane';

/** About 4 KiB each: 40 MiB when full. */
const mostSets = 10_000;

/** The sets signed last. Losing one costs a signature: any replica signs the same bytes from the row of the vehicle. */
export function createSetCache() {
  const sets = new Map<string, DirectorSet>();
  const keyOf = (vin: string, dialect: DialectName, version: number) => `${vin} ${dialect} ${version}`;
  return {
    get: (vin: string, dialect: DialectName, version: number): DirectorSet | undefined => {
      const key = keyOf(vin, dialect, version);
      const found = sets.get(key);
      if (!found) return undefined;
      sets.delete(key); // the youngest comes last, so that the first is the one to forget
      sets.set(key, found);
      return found;
    },
    put: (vin: string, dialect: DialectName, version: number, set: DirectorSet): void => {
      sets.set(keyOf(vin, dialect, version), set);
      if (sets.size > mostSets) sets.delete(sets.keys().next().value as string);
    },
  };
}
