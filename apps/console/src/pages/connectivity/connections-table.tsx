import type { Connection } from '@bulkhead/contract';
import { CertificateLink, EcuLink, VinLink } from '../../shell/links.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { DeviceActions } from './device-actions.tsx';

const columns: readonly Column<Connection>[] = [
  {
    id: 'ecuSerial',
    header: 'ECU serial',
    rowHeader: true,
    width: 180,
    cell: (row) => <EcuLink serial={row.ecuSerial} />,
  },
  { id: 'vin', header: 'VIN', width: 195, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'state', header: 'State', width: 150, cell: ({ state }) => <Status state={state} /> },
  { id: 'lastSeenAt', header: 'Last seen', width: 140, cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
  { id: 'connectedAt', header: 'Connected', width: 140, cell: ({ connectedAt }) => <RelativeTime at={connectedAt} /> },
  { id: 'messagesIn', header: 'In', width: 100, cell: ({ messagesIn }) => integer(messagesIn) },
  { id: 'messagesOut', header: 'Out', width: 90, cell: ({ messagesOut }) => integer(messagesOut) },
  { id: 'queued', header: 'Queued', width: 100, cell: ({ queued }) => integer(queued) },
  { id: 'protocol', header: 'MQTT', width: 95, cell: ({ protocol }) => protocol },
  { id: 'reason', header: 'Why it ended', width: 190, cell: ({ reason }) => reason ?? '–' },
  { id: 'tls', header: 'TLS', width: 90, hidden: true, cell: ({ tls }) => tls },
  { id: 'address', header: 'Address', width: 130, hidden: true, cell: ({ address }) => address },
  { id: 'replica', header: 'Replica', width: 100, hidden: true, cell: ({ replica }) => replica },
  {
    id: 'certificate',
    header: 'Certificate',
    width: 200,
    hidden: true,
    cell: ({ certificate }) => <CertificateLink serial={certificate} />,
  },
  {
    id: 'actions',
    header: 'Actions',
    width: 100,
    cell: ({ vin, ecuSerial, state }) => (
      <DeviceActions inRow vin={vin} ecuSerial={ecuSerial} connected={state === 'connected'} />
    ),
  },
];

/** Connections of the fleet or, within a filter, of one vehicle; rows follow the live stream. */
export function ConnectionsTable({ within = '' }: { within?: string }) {
  return (
    <ServerTable
      operation="listConnections"
      noun="connections"
      title="Connections"
      columns={columns}
      rowId={({ clientId }) => clientId}
      freeText="vin"
      within={within}
      empty={
        <Empty
          title="No connections yet"
          next="Vehicles connect to the MQTT front door over mutual TLS. Start simulated ones:"
          command="npm run simulator -- --vehicles 5"
        />
      }
    />
  );
}
