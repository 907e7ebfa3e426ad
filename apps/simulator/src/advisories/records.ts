import { createHash } from 'node:crypto';
import type { AffectedRange, PublicFact } from './fact.ts';
import { exploited, type PackageFact, packageFacts, publicFacts } from './facts.ts';

/** Day on which these files were put together. */
const day = '2026-11-01';

const statement = (range: AffectedRange) => {
  const affected = { status: 'affected', versionType: 'custom' };
  if ('only' in range) return { ...affected, version: range.only };
  const end = 'before' in range ? { lessThan: range.before } : { lessThanOrEqual: range.upTo };
  return { ...affected, version: range.from, ...end };
};

/** A record in the format of CVE 5.1. Who scored it is a publisher of ours, since we do not repeat the record of another. */
function cveRecord({ id, cpe, affected, vector, cwe, title, summary, published }: PublicFact) {
  const [vendor = '', product = ''] = cpe.split(':');
  const part = product === 'linux_kernel' ? 'o' : 'a';
  const metric = vector.startsWith('CVSS:4.0/') ? ['cvssV4_0', '4.0'] : ['cvssV3_1', '3.1'];
  const [key = '', version] = metric;
  return {
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: {
      cveId: id,
      state: 'PUBLISHED',
      ...(published ? { datePublished: `${published}T00:00:00Z` } : {}),
    },
    containers: {
      cna: {
        title,
        descriptions: [{ lang: 'en', value: summary }],
        affected: [
          {
            vendor,
            product,
            cpes: [`cpe:2.3:${part}:${vendor}:${product}:*:*:*:*:*:*:*:*`],
            defaultStatus: 'unaffected',
            versions: affected.map(statement),
          },
        ],
        ...(cwe ? { problemTypes: [{ descriptions: [{ lang: 'en', description: cwe, cweId: cwe }] }] } : {}),
        references: [{ url: `https://www.cve.org/CVERecord?id=${id}` }],
      },
      adp: [
        {
          providerMetadata: { orgId: 'bulkhead-simulator', shortName: 'bulkhead-simulator' },
          metrics: [{ [key]: { version, vectorString: vector } }],
        },
      ],
    },
  };
}

function osvRecord({ id, cve, ecosystem, name, purl, ranges, vector, title, summary }: PackageFact) {
  return {
    schema_version: '1.6.0',
    id,
    modified: `${day}T00:00:00Z`,
    aliases: [cve],
    summary: title,
    details: summary,
    severity: [{ type: 'CVSS_V3', score: vector }],
    affected: ranges.map(({ from, before }) => ({
      package: { ecosystem, name, purl },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: from }, { fixed: before }] }],
    })),
    references: [{ type: 'ADVISORY', url: `https://github.com/advisories/${id}` }],
  };
}

/** All advisories, one a line. */
export function advisoriesFile(): string {
  const records: unknown[] = [...publicFacts.map(cveRecord), ...packageFacts.map(osvRecord)];
  return `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
}

/** The few entries of the catalogue of exploited vulnerabilities that concern this fleet. */
export function kevFile(): string {
  const titles = new Map(publicFacts.map(({ id, title }) => [id, title]));
  const vulnerabilities = exploited.map(({ id, vendor, product, added, due }) => ({
    cveID: id,
    vendorProject: vendor,
    product,
    vulnerabilityName: titles.get(id) ?? id,
    dateAdded: added,
    shortDescription: titles.get(id) ?? id,
    requiredAction: 'Install the fixed version.',
    dueDate: due,
    knownRansomwareCampaignUse: 'Unknown',
  }));
  const head = { title: 'Excerpt for the simulated fleet', catalogVersion: day.replaceAll('-', '.') };
  return JSON.stringify({ ...head, dateReleased: `${day}T00:00:00Z`, count: vulnerabilities.length, vulnerabilities });
}

/** Made-up likelihoods, the same on every run: the model of FIRST is not repeated here, and the file says so. */
export function syntheticEpssFile(): string {
  const ids = [...publicFacts.map(({ id }) => id), ...packageFacts.map(({ cve }) => cve)];
  const known = new Set(exploited.map(({ id }) => id));
  const scores = ids.map((id) => {
    const part = createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
    return { id, score: known.has(id) ? 0.6 + 0.35 * part : 0.001 + 0.08 * part ** 3 };
  });
  const order = scores.map(({ score }) => score).toSorted((a, b) => a - b);
  const lines = scores.map(({ id, score }) => {
    const percentile = (order.indexOf(score) + 1) / order.length;
    return `${id},${score.toFixed(5)},${percentile.toFixed(5)}`;
  });
  return `#model_version:synthetic,score_date:${day}T00:00:00Z\ncve,epss,percentile\n${lines.join('\n')}\n`;
}
