import type { DriftedVehicle } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';

const columns: readonly Column<DriftedVehicle>[] = [
  { id: 'vin', header: 'VIN', rowHeader: true, width: 210, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'role', header: 'ECU', width: 120, cell: ({ role }) => role },
  { id: 'software', header: 'Software', width: 180, cell: ({ software }) => software },
  { id: 'expected', header: 'Should run', width: 150, cell: ({ expected }) => expected },
  { id: 'reported', header: 'Reports', width: 150, cell: ({ reported }) => reported },
  {
    id: 'rxswin',
    header: 'Definition',
    width: 150,
    cell: ({ rxswinId, software }) => (
      <Link href={paths.rxswin(rxswinId)} ariaLabel={`Open the definition that ${software} is measured by`}>
        Open
      </Link>
    ),
  },
  { id: 'since', header: 'Since', width: 120, cell: ({ since }) => <RelativeTime at={since} /> },
];

/** Vehicles that report other software than the released definition or the one before says. */
export function DriftPage() {
  useTitle('RXSWIN drift');
  return (
    <ServerTable
      operation="listRxswinDrift"
      noun="vehicles"
      title="RXSWIN drift"
      headingLevel="h1"
      description={<RuleLine rule={4} about="Judged by what vehicles report, never by what is planned." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="vin"
      empty={
        <Empty
          title="No vehicle has drifted"
          next="Released definitions are compared with what vehicles report every six hours, and now by:"
          command="bulkhead rxswins check ID"
        />
      }
    />
  );
}
