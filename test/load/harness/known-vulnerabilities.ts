import { Readable } from 'node:stream';
import type { Advisory } from '@bulkhead/advisories';

/** Libraries of the fleet's programs; ten versions of each are in use. */
export const libraries = 1_000;
const versionsInUse = 10;
const librariesPerProgram = 250;
const severities = ['AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H'];

interface Part {
  readonly name: string;
  readonly version: string;
}

export const library = (n: number, version: string): Part => ({ name: `lib-${n % libraries}`, version });

/** What version `version` of program `program` contains: each library is in ten programs, each of its ten versions in use. */
export const partsOf = (program: number, version: number): Part[] =>
  Array.from({ length: librariesPerProgram }, (_, i) => {
    const n = (program * (libraries / 40) + i) % libraries;
    return library(n, `1.${(version + program + n) % versionsInUse}.0`);
  });

/** A CycloneDX document with these parts, as an upload. */
export function sbomOf(name: string, version: string, parts: readonly Part[]): Readable {
  const components = parts.map((part, i) => ({
    type: 'library',
    'bom-ref': `c${i}`,
    ...part,
    purl: `pkg:generic/${part.name}@${part.version}`,
    supplier: { name: 'Supplier' },
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-256', content: i.toString(16).padStart(64, '0') }],
  }));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'firmware', name, version, 'bom-ref': 'root' } },
    components,
    dependencies: [{ ref: 'root', dependsOn: components.map((component) => component['bom-ref']) }],
  };
  return Readable.from([Buffer.from(JSON.stringify(document))]);
}

/** Advisory `n` is about library n % 1,000 and every version of it before `fixed`. */
export function advisory(n: number, fixed = '2.0.0'): Advisory {
  const name = `lib-${n % libraries}`;
  return {
    id: `CVE-2025-${String(100_000 + n)}`,
    format: 'cve5',
    aliases: [],
    related: [],
    title: `Flaw ${n} in ${name}`,
    summary: 'A length from outside is not checked before it is used.',
    severities: [{ version: '3.1', vector: `CVSS:3.1/${severities[n % 2]}`, source: 'cna' }],
    cwes: ['CWE-787'],
    references: [{ url: `https://example.org/${n}` }],
    published: new Date(Date.UTC(2025, 0, 1) + n * 300_000).toISOString(),
    affected: [
      {
        container: 'cna.affected[0]',
        defaultStatus: 'unaffected',
        purl: `pkg:generic/${name}`,
        versions: [{ status: 'affected', type: 'semver', from: '0', before: fixed }],
      },
    ],
  };
}
