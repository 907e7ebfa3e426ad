import { cveRecord, osvRecord } from './testing.ts';

const product = {
  vendor: 'v',
  product: 'p',
  defaultStatus: 'unaffected',
  versions: [{ version: '1', status: 'affected' }],
};

const csaf = {
  document: {
    category: 'csaf_vex',
    csaf_version: '2.0',
    title: 't',
    publisher: { category: 'vendor', name: 'n', namespace: 'https://n.example' },
    tracking: {
      id: 'T-1',
      version: '1',
      initial_release_date: '2026-01-01T00:00:00Z',
      current_release_date: '2026-01-01T00:00:00Z',
    },
  },
  product_tree: {
    branches: [
      {
        category: 'vendor',
        name: 'v',
        branches: [
          {
            category: 'product_name',
            name: 'p',
            branches: [
              {
                category: 'product_version',
                name: '1',
                product: {
                  product_id: 'A',
                  name: 'a',
                  product_identification_helper: {
                    purl: 'pkg:generic/a@1',
                    cpe: 'cpe:2.3:a:v:p:1:*:*:*:*:*:*:*',
                    hashes: [{ filename: 'f', file_hashes: [{ algorithm: 'sha256', value: 'aa' }] }],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
    full_product_names: [{ product_id: 'B', name: 'b' }],
    relationships: [
      {
        category: 'installed_on',
        product_reference: 'A',
        relates_to_product_reference: 'B',
        full_product_name: { product_id: 'AB', name: 'ab' },
      },
    ],
    product_groups: [{ group_id: 'G', product_ids: ['A', 'AB'] }],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2026-1',
      ids: [{ system_name: 's', text: 't' }],
      cwe: { id: 'CWE-1', name: 'n' },
      notes: [{ category: 'description', text: 'x' }],
      product_status: { known_affected: ['A'], known_not_affected: ['AB'] },
      flags: [{ label: 'component_not_present', group_ids: ['G'], date: '2026-01-01T00:00:00Z' }],
      threats: [{ category: 'impact', details: 'd', product_ids: ['A'] }],
      remediations: [{ category: 'vendor_fix', details: 'd', product_ids: ['A'], url: 'https://x.example' }],
      scores: [{ products: ['A'], cvss_v3: { vectorString: 'CVSS:3.1/AV:N', baseScore: 9 } }],
      references: [{ url: 'https://x.example', summary: 's' }],
    },
  ],
};

/** One document of each format with all fields that are read, for tests that put something foreign in each place. */
export const documents: Readonly<Record<string, unknown>> = {
  cve5: {
    ...cveRecord(
      [
        {
          ...product,
          cpes: ['cpe:2.3:a:v:p:*:*:*:*:*:*:*:*'],
          platforms: ['x'],
          programFiles: ['a.c'],
          repo: 'https://github.com/a/b',
          packageName: 'p',
          collectionURL: 'https://npmjs.com',
          versions: [
            {
              version: '1',
              lessThan: '2',
              status: 'affected',
              versionType: 'semver',
              changes: [{ at: '1.5', status: 'unaffected' }],
            },
          ],
        },
      ],
      {
        title: 't',
        metrics: [{ cvssV3_1: { version: '3.1', vectorString: 'CVSS:3.1/AV:N', baseScore: 9 } }],
        problemTypes: [{ descriptions: [{ lang: 'en', description: 'd', cweId: 'CWE-1' }] }],
        references: [{ url: 'https://x.example', tags: ['patch'] }],
        solutions: [{ lang: 'en', value: 'v' }],
        cpeApplicability: [
          {
            operator: 'AND',
            negate: false,
            nodes: [
              {
                operator: 'OR',
                negate: false,
                cpeMatch: [{ vulnerable: true, criteria: 'cpe:2.3:a:v:p:*:*:*:*:*:*:*:*', versionEndExcluding: '2' }],
              },
            ],
          },
        ],
      },
    ),
  },
  osv: osvRecord(
    [
      {
        package: { ecosystem: 'npm', name: 'p', purl: 'pkg:npm/p' },
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }],
        ranges: [{ type: 'SEMVER', repo: 'https://github.com/a/b', events: [{ introduced: '0' }, { fixed: '1.0.0' }] }],
        versions: ['0.1.0'],
      },
    ],
    {
      schema_version: '1.7.0',
      summary: 's',
      details: 'd',
      aliases: ['CVE-2026-1'],
      related: ['x'],
      references: [{ type: 'WEB', url: 'https://x.example' }],
      database_specific: { cwe_ids: ['CWE-1'] },
    },
  ),
  csaf,
  own: {
    bulkheadAdvisory: 1,
    id: 'ACME-1',
    title: 't',
    severities: [{ vector: 'CVSS:3.1/AV:N' }],
    cwes: ['CWE-1'],
    references: [{ url: 'https://x.example' }],
    remedies: ['r'],
    affected: [
      {
        vendor: 'v',
        product: 'p',
        purl: 'pkg:generic/p',
        cpe: 'cpe:2.3:a:v:p:*:*:*:*:*:*:*:*',
        versions: ['< 1'],
        unaffected: ['0.5'],
        fixed: ['1'],
        programFiles: ['a.c'],
      },
    ],
  },
  openvex: {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://x.example/1',
    author: 'a',
    timestamp: '2026-01-01T00:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2026-1', aliases: ['x'] },
        products: [
          {
            '@id': 'pkg:generic/p@1',
            identifiers: { purl: 'pkg:generic/p@1', cpe23: 'cpe:2.3:a:v:p:1:*:*:*:*:*:*:*' },
            hashes: { 'sha-256': 'aa' },
            subcomponents: [{ '@id': 'pkg:generic/q' }],
          },
        ],
        status: 'not_affected',
        justification: 'component_not_present',
        impact_statement: 'i',
        action_statement: 'a',
      },
    ],
  },
  cyclonedx: {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:1',
    version: 1,
    metadata: {
      timestamp: '2026-01-01T00:00:00Z',
      authors: [{ name: 'a' }],
      component: { 'bom-ref': 'r', name: 'r', type: 'device' },
    },
    components: [
      {
        'bom-ref': 'c',
        name: 'c',
        version: '1',
        purl: 'pkg:generic/c@1',
        hashes: [{ alg: 'SHA-256', content: 'aa' }],
        components: [{ 'bom-ref': 'd', name: 'd' }],
      },
    ],
    vulnerabilities: [
      {
        id: 'CVE-2026-1',
        references: [{ id: 'x' }],
        recommendation: 'r',
        analysis: {
          state: 'not_affected',
          justification: 'code_not_present',
          response: ['update'],
          detail: 'd',
          lastUpdated: '2026-01-01T00:00:00Z',
        },
        affects: [{ ref: 'c', versions: [{ version: '1', status: 'affected' }] }, { ref: 'd' }],
      },
    ],
  },
  kev: {
    catalogVersion: '1',
    count: 1,
    vulnerabilities: [{ cveID: 'CVE-2026-1234', dateAdded: '2026-01-01', cwes: ['CWE-1'], vendorProject: 'v' }],
  },
};
