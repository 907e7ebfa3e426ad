import { operations, operationUrl, type Rxswin } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { ModelLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { downloadUrl } from '../../ui/download.ts';
import { Actions, useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { useSearchValue } from '../../ui/use-search-value.ts';
import { RxswinMark } from './marks.tsx';
import { RxswinForm } from './rxswin-form.tsx';

/** How many vehicles report something else, as a link to them. */
export function Drift({ rxswin: { rxswin, drift } }: { rxswin: Pick<Rxswin, 'rxswin' | 'drift'> }) {
  if (!drift) return '–';
  if (drift.drifted === 0) return <Status state="valid">None of {integer(drift.vehicles)}</Status>;
  return (
    <Link
      href={paths.rxswinDrift({ filter: `rxswin = ${quoted(rxswin)}` })}
      ariaLabel={`${integer(drift.drifted)} of ${integer(drift.vehicles)} vehicles drifted from ${rxswin}`}
    >
      <Status state="affected">
        {integer(drift.drifted)} of {integer(drift.vehicles)}
      </Status>
    </Link>
  );
}

const columns: readonly Column<Rxswin>[] = [
  {
    id: 'rxswin',
    header: 'RXSWIN',
    rowHeader: true,
    width: 200,
    cell: ({ id, rxswin }) => <Link href={paths.rxswin(id)}>{rxswin}</Link>,
  },
  { id: 'version', header: 'Version', width: 90, cell: ({ version }) => version },
  { id: 'state', header: 'State', width: 140, cell: ({ state }) => <RxswinMark state={state} /> },
  { id: 'model', header: 'Model', width: 140, cell: ({ model }) => <ModelLink code={model} /> },
  { id: 'system', header: 'System', width: 200, cell: ({ system }) => system },
  { id: 'regulation', header: 'Regulation', width: 120, cell: ({ regulation }) => regulation || '–' },
  { id: 'entries', header: 'Software', width: 100, cell: ({ entries }) => integer(entries) },
  { id: 'drift', header: 'Drifted', width: 150, cell: (rxswin) => <Drift rxswin={rxswin} /> },
  {
    id: 'released',
    header: 'Released',
    width: 120,
    cell: ({ releasedAt }) => <RelativeTime at={releasedAt} empty="Not yet" />,
  },
  {
    id: 'createdAt',
    header: 'Created',
    width: 120,
    hidden: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

const exportUrl = (format: 'csv' | 'json') => operationUrl(operations.exportRxswins, { query: { format } });

/** The RXSWIN register (UN R156 7.1.2.3): every version of every definition. */
export function RxswinsPage() {
  useTitle('RXSWIN register');
  const denial = useDenial('updates.write');
  const [creating, setCreating] = useSearchValue('create');
  return (
    <>
      <ServerTable
        operation="listRxswins"
        noun="definitions"
        title="RXSWIN register"
        headingLevel="h1"
        description={<RuleLine rule={4} about="What software each type-approved system may run (UN R156 7.1.2.3)." />}
        columns={columns}
        rowId={({ id }) => id}
        freeText="rxswin"
        actions={
          <Actions>
            <ButtonDropdown
              items={[
                { id: 'csv', text: 'CSV', secondaryText: 'With integrity data, before and after each campaign' },
                { id: 'json', text: 'JSON' },
              ]}
              onItemClick={({ detail }) => downloadUrl(exportUrl(detail.id === 'json' ? 'json' : 'csv'))}
            >
              Export register
            </ButtonDropdown>
            <PermittedButton denial={denial} variant="primary" onClick={() => setCreating('1')}>
              Draft a definition
            </PermittedButton>
          </Actions>
        }
        empty={
          <Empty
            title="No definitions yet"
            next="An RXSWIN names the software of one type-approved system. Draft a definition here, or from a file:"
            command="bulkhead rxswins create -f rxswin.json"
          />
        }
      />
      {creating && denial === undefined && <RxswinForm onClose={() => setCreating(undefined)} />}
    </>
  );
}
