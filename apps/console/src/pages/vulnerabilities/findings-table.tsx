import { type Finding, mostFindingsAtOnce } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { useState } from 'react';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { DecisionForm } from './decision-form.tsx';
import { KnownExploited, likelihood, OutcomeMark, SeverityMark, VerdictMark, VulnerabilityLink } from './marks.tsx';

const columns: readonly Column<Finding>[] = [
  {
    id: 'component',
    header: 'Component',
    rowHeader: true,
    width: 190,
    cell: ({ id, component }) => (
      <Link href={paths.finding(id)}>
        {component.name} {component.version ?? '(no version)'}
      </Link>
    ),
  },
  { id: 'ref', header: 'Vulnerability', width: 165, cell: ({ ref }) => <VulnerabilityLink id={ref} /> },
  { id: 'priority', header: 'Priority', width: 130, cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  { id: 'reason', header: 'Why', width: 340, cell: ({ reason }) => reason },
  { id: 'vehicles', header: 'Vehicles', width: 130, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'state', header: 'State', width: 170, cell: ({ state }) => <Status state={state} /> },
  {
    id: 'verdict',
    header: 'How sure',
    width: 260,
    cell: ({ verdict, strength }) => <VerdictMark verdict={verdict} strength={strength} />,
  },
  { id: 'fixedIn', header: 'Fixed in', width: 120, cell: ({ fixedIn }) => fixedIn.slice(0, 3).join(', ') || '–' },
  {
    id: 'cvss',
    header: 'CVSS',
    width: 130,
    cell: ({ severity, cvss }) => <SeverityMark severity={severity} cvss={cvss} />,
  },
  { id: 'epss', header: 'EPSS', width: 100, hidden: true, cell: ({ epss }) => likelihood(epss) },
  { id: 'kev', header: 'Known exploited', width: 150, hidden: true, cell: ({ kev }) => <KnownExploited kev={kev} /> },
  { id: 'title', header: 'Title', width: 300, hidden: true, cell: ({ title }) => title },
  { id: 'functions', header: 'On ECUs for', width: 180, hidden: true, cell: ({ functions }) => functions.join(', ') },
  {
    id: 'softwareVersions',
    header: 'Software versions',
    width: 150,
    hidden: true,
    cell: ({ softwareVersions }) => integer(softwareVersions),
  },
  {
    id: 'firstSeen',
    header: 'First seen',
    width: 130,
    hidden: true,
    cell: ({ firstSeenAt }) => <RelativeTime at={firstSeenAt} />,
  },
  {
    id: 'updated',
    header: 'Changed',
    width: 130,
    hidden: true,
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];

interface FindingsListProps {
  readonly within?: string;
  readonly headingLevel?: 'h1' | 'h2';
  readonly description?: React.ReactNode;
  readonly empty: React.ReactNode;
}

/** Findings of which some can be chosen and decided about at once. */
function FindingsList(props: FindingsListProps) {
  const denial = useDenial('vulnerabilities.decide');
  const [chosen, choose] = useState<readonly Finding[]>([]);
  const [deciding, setDeciding] = useState(false);
  const lacks =
    chosen.length === 0
      ? 'Choose findings first'
      : chosen.length > mostFindingsAtOnce
        ? `Choose ${mostFindingsAtOnce} at most`
        : undefined;
  return (
    <>
      <ServerTable
        operation="listFindings"
        noun="findings"
        title="Findings"
        columns={columns}
        rowId={({ id }) => id}
        freeText="component"
        wrapLines
        selection={{
          items: chosen,
          nameOf: ({ ref, component }) => `${ref} in ${component.name} ${component.version ?? ''}`,
          onChange: choose,
        }}
        actions={
          <PermittedButton denial={denial ?? lacks} onClick={() => setDeciding(true)}>
            {chosen.length === 0 ? 'Decide…' : `Decide about ${chosen.length}…`}
          </PermittedButton>
        }
        {...props}
      />
      {deciding && (
        <DecisionForm subject={{ findings: chosen }} onClose={() => setDeciding(false)} onDecided={() => choose([])} />
      )}
    </>
  );
}

/** The findings of one software version, vulnerability or component. */
export function FindingsTable({ within }: { within: string }) {
  return (
    <FindingsList
      within={within}
      empty={<Empty title="No findings" next="No record of any source concerns these component versions." />}
    />
  );
}

/** Component versions of the fleet that a vulnerability concerns. */
export function FindingsPage() {
  useTitle('Findings');
  return (
    <FindingsList
      headingLevel="h1"
      description={<RuleLine rule={4} about="What is weak, the most urgent first." />}
      empty={
        <Empty
          title="No findings yet"
          next="Findings appear when a source of advisories was read and software has an SBOM. Upload an SBOM:"
          command="bulkhead sbom upload --software tcu-os --version 7.4 --file tcu-os.cdx.json"
        />
      }
    />
  );
}
