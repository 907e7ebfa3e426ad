import type { Import } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';

const columns: readonly Column<Import>[] = [
  {
    id: 'name',
    header: 'File',
    rowHeader: true,
    width: 240,
    cell: ({ id, name }) => <Link href={paths.import(id)}>{name}</Link>,
  },
  { id: 'kind', header: 'Kind', width: 120, cell: ({ kind }) => kind },
  { id: 'state', header: 'State', width: 130, cell: ({ state }) => <Status state={state} /> },
  { id: 'rows', header: 'Rows', width: 110, cell: ({ rows }) => integer(rows) },
  { id: 'accepted', header: 'Accepted', width: 110, cell: ({ accepted }) => integer(accepted) },
  {
    id: 'refused',
    header: 'Refused',
    width: 120,
    cell: ({ refused }) => (refused > 0 ? <Status state="medium">{integer(refused)}</Status> : '0'),
  },
  { id: 'received', header: 'Received', width: 120, cell: ({ received }) => bytes(received) },
  { id: 'createdAt', header: 'Started', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'createdBy', header: 'By', width: 160, cell: ({ createdBy }) => createdBy },
];

export function ImportsPage() {
  useTitle('Imports');
  const denial = useDenial('inventory.import');
  return (
    <ServerTable
      operation="listImports"
      noun="imports"
      title="Imports"
      headingLevel="h1"
      description={<RuleLine rule={2} about="Vehicles, ECUs and software in bulk." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="name"
      actions={
        <PermittedButton denial={denial} variant="primary" href={paths.newImport()}>
          New import
        </PermittedButton>
      }
      empty={
        <Empty
          title="No imports yet"
          next="Load a CSV file here, or from the command line:"
          command="bulkhead imports create fleet.csv --kind vehicles --wait"
        />
      }
    />
  );
}
