import { factsOf, type PublicFact, v3 } from './fact.ts';
import { networkRows } from './network-rows.ts';
import { systemRows } from './system-rows.ts';

export const publicFacts: readonly PublicFact[] = [...factsOf(systemRows), ...factsOf(networkRows)];

/** Packages of a registry, whose advisories come as OSV documents. */
export interface PackageFact {
  readonly id: string;
  readonly cve: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly purl: string;
  readonly ranges: readonly { readonly from: string; readonly before: string }[];
  readonly vector: string;
  readonly title: string;
  readonly summary: string;
}

export const packageFacts: readonly PackageFact[] = [
  {
    id: 'GHSA-w33c-445m-f8w7',
    cve: 'CVE-2023-3635',
    ecosystem: 'Maven',
    name: 'com.squareup.okio:okio',
    purl: 'pkg:maven/com.squareup.okio/okio',
    ranges: [
      { from: '0', before: '1.17.6' },
      { from: '2.0.0-RC1', before: '3.4.0' },
    ],
    vector: v3('AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H'),
    title: 'Okio: a gzip buffer throws what nobody catches',
    summary: 'A malformed gzip header makes the reader throw an exception that its callers do not expect.',
  },
];

/** Known to be exploited, with the days of the catalogue of CISA. */
export const exploited: readonly {
  readonly id: string;
  readonly vendor: string;
  readonly product: string;
  readonly added: string;
  readonly due: string;
}[] = [
  { id: 'CVE-2023-4911', vendor: 'GNU', product: 'GNU C Library', added: '2023-11-21', due: '2023-12-12' },
  { id: 'CVE-2023-5217', vendor: 'Google', product: 'Chromium libvpx', added: '2023-10-02', due: '2023-10-23' },
  { id: 'CVE-2023-44487', vendor: 'IETF', product: 'HTTP/2', added: '2023-10-10', due: '2023-10-31' },
  { id: 'CVE-2025-27363', vendor: 'FreeType', product: 'FreeType', added: '2025-05-06', due: '2025-05-27' },
  { id: 'CVE-2024-1086', vendor: 'Linux', product: 'Kernel', added: '2024-05-30', due: '2024-06-20' },
  { id: 'CVE-2022-0847', vendor: 'Linux', product: 'Kernel', added: '2022-04-25', due: '2022-05-16' },
];
