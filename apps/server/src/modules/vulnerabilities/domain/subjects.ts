import type { Advisory } from '@bulkhead/advisories';

const cve = /^CVE-\d{4}-\d{4,19}$/;
const mostSubjects = 200;

/**
 * The ids under which people look for what a record tells: its CVE ids where it has some, by itself, as aliases, or, for
 * a distribution's advisory over several, as what it is about; else its own id. So a record of any source lands on the
 * same page.
 */
export function subjectsOf({ id, aliases, related }: Pick<Advisory, 'id' | 'aliases' | 'related'>): readonly string[] {
  if (cve.test(id)) return [id];
  for (const names of [aliases, related]) {
    const cves = [...new Set(names.filter((name) => cve.test(name)))];
    if (cves.length > 0) return cves.slice(0, mostSubjects);
  }
  return [id];
}
