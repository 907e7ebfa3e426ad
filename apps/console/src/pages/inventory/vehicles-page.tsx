import type { Vehicle } from '@bulkhead/contract';
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

const columns: readonly Column<Vehicle>[] = [
  {
    id: 'vin',
    header: 'VIN',
    rowHeader: true,
    width: 210,
    cell: ({ vin }) => (
      <Link href={paths.vehicle(vin)}>
        <span className="bh-mono">{vin}</span>
      </Link>
    ),
  },
  { id: 'state', header: 'State', width: 135, cell: ({ state }) => <Status state={state} /> },
  {
    id: 'model',
    header: 'Model',
    width: 180,
    cell: ({ model, modelName }) => <Link href={paths.model(model)}>{modelName}</Link>,
  },
  { id: 'region', header: 'Region', width: 115, cell: ({ region }) => region },
  { id: 'software', header: 'Software', width: 130, cell: ({ software }) => <Status state={software} /> },
  {
    id: 'ecus',
    header: 'ECUs enrolled',
    width: 180,
    cell: ({ ecus, enrolledEcus }) => `${enrolledEcus} of ${ecus}`,
  },
  { id: 'lastSeenAt', header: 'Last seen', width: 130, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
  { id: 'plant', header: 'Plant', width: 110, hidden: true, cell: ({ plant }) => plant ?? '–' },
  {
    id: 'builtAt',
    header: 'Built',
    width: 130,
    hidden: true,
    cell: ({ builtAt }) => <RelativeTime at={builtAt} empty="–" />,
  },
  {
    id: 'firstSeenAt',
    header: 'First seen',
    width: 130,
    hidden: true,
    cell: ({ firstSeenAt }) => <RelativeTime at={firstSeenAt} />,
  },
];

/** All vehicles of the fleet. */
export function VehiclesPage() {
  useTitle('Vehicles');
  const denial = useDenial('inventory.import');
  return (
    <ServerTable
      operation="listVehicles"
      noun="vehicles"
      title="Vehicles"
      headingLevel="h1"
      description={<RuleLine rule={2} about="Every vehicle, and where it stands." />}
      columns={columns}
      rowId={({ vin }) => vin}
      freeText="vin"
      actions={
        <PermittedButton denial={denial} variant="primary" href={paths.newImport()}>
          Import vehicles
        </PermittedButton>
      }
      empty={
        <Empty
          title="No vehicles yet"
          next={
            <>
              Import them from a CSV file (<Link href={paths.newImport()}>open the import</Link>), or start with a
              simulated fleet:
            </>
          }
          command="npm run demo"
        />
      }
    />
  );
}
