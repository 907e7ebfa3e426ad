import type { VehicleFinding } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import Toggle from '@cloudscape-design/components/toggle';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, compact } from '../../api.ts';
import { paths } from '../../paths.ts';
import { Gate } from '../../shell/gate.tsx';
import { EcuLink, SoftwareLink } from '../../shell/links.tsx';
import { Stack } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { OutcomeMark, SeverityMark, VerdictMark, VulnerabilityLink } from './marks.tsx';

const columns: readonly TableProps.ColumnDefinition<VehicleFinding>[] = [
  {
    id: 'component',
    header: 'Component',
    isRowHeader: true,
    width: 160,
    minWidth: 80,
    cell: ({ findingId, component }) => (
      <Link href={paths.finding(findingId)}>
        {component.name} {component.version ?? '(no version)'}
      </Link>
    ),
  },
  { id: 'ref', header: 'Vulnerability', width: 160, minWidth: 80, cell: ({ ref }) => <VulnerabilityLink id={ref} /> },
  {
    id: 'software',
    header: 'Software',
    width: 150,
    minWidth: 80,
    cell: ({ software }) => <SoftwareLink id={software.id} name={`${software.name} ${software.version}`} />,
  },
  {
    id: 'ecus',
    header: 'On',
    width: 150,
    minWidth: 80,
    cell: ({ ecus }) => (
      <ul className="bh-plain-list">
        {ecus.map(({ serial, role }) => (
          <li key={serial}>
            {role} <EcuLink serial={serial} />
          </li>
        ))}
      </ul>
    ),
  },
  {
    id: 'priority',
    header: 'Priority here',
    width: 150,
    minWidth: 80,
    cell: ({ priority }) => <OutcomeMark outcome={priority.outcome} />,
  },
  { id: 'why', header: 'Why', width: 400, minWidth: 80, cell: ({ priority }) => priority.reason },
  { id: 'state', header: 'State', width: 150, minWidth: 80, cell: ({ state }) => <Status state={state} /> },
  {
    id: 'verdict',
    header: 'How sure',
    width: 260,
    minWidth: 80,
    cell: ({ verdict, strength }) => <VerdictMark verdict={verdict} strength={strength} />,
  },
  {
    id: 'cvss',
    header: 'CVSS',
    width: 130,
    minWidth: 80,
    cell: ({ severity, cvss }) => <SeverityMark severity={severity} cvss={cvss} />,
  },
  {
    id: 'fixedIn',
    header: 'Fixed in',
    width: 110,
    minWidth: 80,
    cell: ({ fixedIn }) => fixedIn.slice(0, 3).join(', ') || '–',
  },
];

const pageSize = 50;
const shownPrograms = 5;

type Unknown = Awaited<ReturnType<typeof client.listVehicleFindings>>['unknown'];

/** What nobody can say anything about is said as loudly as what was found. */
function NotDescribed({ unknown }: { unknown: Unknown }) {
  if (unknown.length === 0) return null;
  const names = unknown.map(({ name, version, role }) => `${name} ${version ?? ''} on ${role}`);
  const more = names.length > shownPrograms ? ` and ${integer(names.length - shownPrograms)} more` : '';
  return (
    <Alert type="warning" header="Part of the software has no SBOM: nothing can be found in it">
      {names.slice(0, shownPrograms).join(', ')}
      {more}.
    </Alert>
  );
}

interface VehicleFindingsProps {
  readonly vin: string;
  /** Only this ECU. */
  readonly serial?: string;
}

/** What is weak in one vehicle or ECU, by what it runs now. */
export function VehicleFindings(props: VehicleFindingsProps) {
  return (
    <Gate permission="vulnerabilities.read" what="vulnerabilities">
      <PermittedFindings {...props} />
    </Gate>
  );
}

function PermittedFindings({ vin, serial }: VehicleFindingsProps) {
  const [all, showAll] = useState(false);
  const asked = { limit: pageSize, ...(all ? { all } : {}), ...compact({ serial }) };
  const answer = useInfiniteQuery({
    queryKey: [areaOf('listVehicleFindings'), 'listVehicleFindings', vin, asked] as const,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      client.listVehicleFindings({ params: { vin }, query: { ...asked, ...compact({ cursor: pageParam }) }, signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const items = answer.data?.pages.flatMap((page) => page.items) ?? [];
  const [first] = answer.data?.pages ?? [];
  const nothingKnown = first?.described === 0;
  return (
    <Stack>
      {answer.error && <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />}
      <NotDescribed unknown={first?.unknown ?? []} />
      <Table
        items={items}
        trackBy={({ findingId, software }) => `${findingId} ${software.id}`}
        loading={answer.isLoading}
        loadingText="Loading vulnerabilities"
        columnDefinitions={serial === undefined ? columns : columns.filter(({ id }) => id !== 'ecus')}
        enableKeyboardNavigation
        resizableColumns
        wrapLines
        ariaLabels={{ tableLabel: 'Vulnerabilities', resizerRoleDescription: 'Column width' }}
        header={
          <Header
            variant="h2"
            counter={answer.hasNextPage ? `(${integer(items.length)}+)` : `(${integer(items.length)})`}
            description="By what its ECUs run now, the most urgent in the fleet first."
            actions={
              <Toggle checked={all} onChange={({ detail }) => showAll(detail.checked)}>
                Also what is settled
              </Toggle>
            }
          >
            Vulnerabilities
          </Header>
        }
        footer={
          answer.hasNextPage && (
            <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
              Show {pageSize} more
            </Button>
          )
        }
        empty={
          nothingKnown ? (
            <Empty
              title="Nothing is known"
              next="No SBOM describes the software that runs here. Upload one:"
              command="bulkhead sbom upload --software tcu-os --version 7.4 --file tcu-os.cdx.json"
            />
          ) : (
            <Empty title="Nothing is left to do" next="No open vulnerability concerns what runs here." />
          )
        }
      />
    </Stack>
  );
}
