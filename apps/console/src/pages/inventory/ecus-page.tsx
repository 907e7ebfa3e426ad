import type { Ecu } from '@bulkhead/contract';
import { EcuLink, VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

const columns: readonly Column<Ecu>[] = [
  { id: 'serial', header: 'Serial', rowHeader: true, width: 200, cell: ({ serial }) => <EcuLink serial={serial} /> },
  { id: 'vin', header: 'VIN', width: 200, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'role', header: 'Role', width: 170, cell: ({ roleName }) => roleName },
  { id: 'function', header: 'Function', width: 130, cell: (ecu) => ecu.function },
  { id: 'identity', header: 'Identity', width: 130, cell: ({ identity }) => <Status state={identity} /> },
  {
    id: 'connected',
    header: 'Connection',
    width: 150,
    cell: ({ connected }) => <Status state={connected ? 'connected' : 'disconnected'} />,
  },
  { id: 'network', header: 'Network', width: 120, cell: ({ network }) => <Status state={network} /> },
  { id: 'patchable', header: 'Patchable', width: 120, cell: ({ patchable }) => (patchable ? 'Yes' : 'No') },
  { id: 'partNumber', header: 'Part number', width: 150, hidden: true, cell: ({ partNumber }) => partNumber },
  { id: 'supplier', header: 'Supplier', width: 140, cell: ({ supplier }) => supplier },
  { id: 'lastSeenAt', header: 'Last seen', width: 130, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
];

export function EcusPage() {
  useTitle('ECUs');
  return (
    <ServerTable
      operation="listEcus"
      noun="ECUs"
      title="ECUs"
      headingLevel="h1"
      description={<RuleLine rule={2} about="Every control unit of every vehicle." />}
      columns={columns}
      rowId={({ serial }) => serial}
      freeText="serial"
      empty={<Empty title="No ECUs yet" next="They come with the vehicles, or from an import of kind ECUs." />}
    />
  );
}
