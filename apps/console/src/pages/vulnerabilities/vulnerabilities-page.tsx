import type { Vulnerability } from '@bulkhead/contract';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { KnownExploited, likelihood, OutcomeMark, SeverityMark, VulnerabilityLink } from './marks.tsx';

const columns: readonly Column<Vulnerability>[] = [
  { id: 'ref', header: 'Id', rowHeader: true, width: 170, cell: ({ ref }) => <VulnerabilityLink id={ref} /> },
  { id: 'title', header: 'Title', width: 360, cell: ({ title }) => title || '–' },
  { id: 'priority', header: 'Priority', width: 130, cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  {
    id: 'findings',
    header: 'Open findings',
    width: 135,
    cell: ({ findings, openFindings }) =>
      findings === 0 ? 'Not in the fleet' : `${integer(openFindings)} of ${integer(findings)}`,
  },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  {
    id: 'cvss',
    header: 'CVSS',
    width: 130,
    cell: ({ severity, cvss }) => <SeverityMark severity={severity} cvss={cvss} />,
  },
  { id: 'epss', header: 'EPSS', width: 100, cell: ({ epss }) => likelihood(epss) },
  { id: 'kev', header: 'Known exploited', width: 150, cell: ({ kev }) => <KnownExploited kev={kev} /> },
  {
    id: 'published',
    header: 'Published',
    width: 130,
    cell: ({ publishedAt }) => <RelativeTime at={publishedAt} empty="–" />,
  },
  {
    id: 'modified',
    header: 'Changed',
    width: 130,
    hidden: true,
    cell: ({ modifiedAt }) => <RelativeTime at={modifiedAt} empty="–" />,
  },
];

/** Every vulnerability that a source tells of; those that concern the fleet first. */
export function VulnerabilitiesPage() {
  useTitle('Vulnerabilities');
  return (
    <ServerTable
      operation="listVulnerabilities"
      noun="vulnerabilities"
      title="Vulnerabilities"
      headingLevel="h1"
      description={<RuleLine rule={4} about="What the sources tell of, and what it means for the fleet." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="ref"
      empty={
        <Empty
          title="No vulnerabilities yet"
          next="Add a source of advisories, or upload records of one:"
          command="bulkhead sources create --name cves --kind advisories --origin upload"
        />
      }
    />
  );
}
