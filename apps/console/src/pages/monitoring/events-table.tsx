import type { ReceivedEvent } from '@bulkhead/contract';
import Popover from '@cloudscape-design/components/popover';
import { EcuLink, VinLink } from '../../shell/links.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

function Data({ event }: { event: ReceivedEvent }) {
  if (!event.data) return '–';
  const text = JSON.stringify(event.data, null, 2);
  return (
    <Popover
      header={event.type}
      size="large"
      renderWithPortal
      dismissAriaLabel="Close"
      triggerType="text"
      content={<CodeBlock text={text} label="event data" />}
    >
      <span className="bh-mono bh-nowrap">{JSON.stringify(event.data).slice(0, 60)}</span>
    </Popover>
  );
}

const columns: readonly Column<ReceivedEvent>[] = [
  { id: 'type', header: 'Type', rowHeader: true, width: 230, cell: ({ type }) => type },
  { id: 'severity', header: 'Severity', width: 120, cell: ({ severity }) => <Status state={severity} /> },
  { id: 'vin', header: 'VIN', width: 195, cell: ({ vin }) => <VinLink vin={vin} /> },
  { id: 'ecuSerial', header: 'ECU serial', width: 180, cell: ({ ecuSerial }) => <EcuLink serial={ecuSerial} /> },
  { id: 'receivedAt', header: 'Received', width: 145, cell: ({ receivedAt }) => <RelativeTime at={receivedAt} /> },
  { id: 'at', header: 'Happened', width: 120, cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'data', header: 'Data', width: 260, cell: (event) => <Data event={event} /> },
  { id: 'reporter', header: 'Reported by', width: 170, hidden: true, cell: ({ reporter }) => reporter },
  {
    id: 'sequence',
    header: 'Boot and sequence',
    width: 150,
    hidden: true,
    cell: ({ boot, sequence }) => `${boot} / ${sequence}`,
  },
];

/** Security events of the fleet or, within a filter, of one vehicle. */
export function EventsTable({ within = '' }: { within?: string }) {
  return (
    <ServerTable
      operation="listEvents"
      noun="events"
      title="Security events"
      columns={columns}
      rowId={({ id }) => id}
      freeText="vin"
      within={within}
      empty={
        <Empty
          title="No events yet"
          next="The agent in each vehicle reports them; simulated vehicles do too:"
          command="npm run simulator -- --vehicles 5"
        />
      }
    />
  );
}
