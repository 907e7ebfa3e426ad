import { type AffectedVehicle, operations, operationUrl } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { areaOf, client, compact } from '../../api.ts';
import { EcuLink, ModelLink, VinLink } from '../../shell/links.tsx';
import { Actions } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

const columns: readonly TableProps.ColumnDefinition<AffectedVehicle>[] = [
  { id: 'vin', header: 'VIN', isRowHeader: true, width: 210, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'model', header: 'Model', width: 140, cell: ({ model }) => <ModelLink code={model} /> },
  { id: 'region', header: 'Region', width: 100, cell: ({ region }) => region },
  { id: 'state', header: 'State', width: 130, cell: ({ state }) => <Status state={state} /> },
  { id: 'lastSeenAt', header: 'Last seen', width: 130, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
  {
    id: 'ecus',
    header: 'ECUs that carry it',
    cell: ({ ecus }) => (
      <ul className="bh-plain-list">
        {ecus.map(({ serial, role, software, version }) => (
          <li key={`${serial} ${software}`}>
            {role} <EcuLink serial={serial} />: {software} {version}
          </li>
        ))}
      </ul>
    ),
  },
];

const pageSize = 50;

/** The vehicles that carry a vulnerability, by VIN; the export has all of them. */
export function AffectedVehicles({ id }: { id: string }) {
  const answer = useInfiniteQuery({
    queryKey: [areaOf('listAffectedVehicles'), 'listAffectedVehicles', id] as const,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      client.listAffectedVehicles({
        params: { ref: id },
        query: { limit: pageSize, ...compact({ cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const items = answer.data?.pages.flatMap((page) => page.items) ?? [];
  const download = (format: 'csv' | 'ndjson') =>
    operationUrl(operations.exportAffectedVehicles, { params: { ref: id }, query: { format } });
  return (
    <>
      {answer.error && <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />}
      <Table
        items={items}
        trackBy="vin"
        loading={answer.isLoading}
        loadingText="Loading vehicles"
        columnDefinitions={columns}
        enableKeyboardNavigation
        resizableColumns
        wrapLines
        ariaLabels={{ tableLabel: 'Affected vehicles', resizerRoleDescription: 'Column width' }}
        header={
          <Header
            variant="h2"
            counter={answer.hasNextPage ? `(${items.length}+)` : `(${items.length})`}
            actions={
              <Actions>
                <Button iconName="download" download href={download('csv')}>
                  All VINs as CSV
                </Button>
                <Button iconName="download" download href={download('ndjson')}>
                  As NDJSON
                </Button>
              </Actions>
            }
          >
            Affected vehicles
          </Header>
        }
        footer={
          answer.hasNextPage && (
            <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
              Show {pageSize} more
            </Button>
          )
        }
        empty={<Empty title="No vehicle carries it" next="Every place is fixed, not affected, or not in use." />}
      />
    </>
  );
}
