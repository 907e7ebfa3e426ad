import type { Undelivered } from '@bulkhead/contract';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { CampaignLink, VehicleMark, Who } from './marks.tsx';

const columns: readonly Column<Undelivered>[] = [
  {
    id: 'campaign',
    header: 'Campaign',
    rowHeader: true,
    width: 220,
    cell: ({ campaignId, campaign }) => <CampaignLink id={campaignId} name={campaign} />,
  },
  { id: 'vehicles', header: 'Vehicles', width: 100, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'cause', header: 'Why not reached', width: 260, cell: ({ text }) => text },
  { id: 'state', header: 'State', width: 170, cell: ({ state }) => <VehicleMark state={state} /> },
  {
    id: 'notice',
    header: 'Stakeholders',
    width: 150,
    cell: ({ notice }) => (
      <Status state={notice === 'notified' ? 'delivered' : 'info'}>
        {notice === 'notified' ? 'Told' : 'Not told'}
      </Status>
    ),
  },
  { id: 'reason', header: 'Because', width: 300, cell: ({ reason }) => reason },
  { id: 'decidedAt', header: 'Decided', width: 200, cell: ({ decided }) => <Who act={decided} /> },
];

const shared = {
  operation: 'listUndelivered',
  noun: 'groups of vehicles',
  title: 'Not reached',
  columns,
  rowId: ({ id }: Undelivered) => id,
  freeText: 'campaign',
} as const;

/** Groups of one campaign. */
export function UndeliveredTable({ within }: { within: string }) {
  return (
    <ServerTable
      {...shared}
      within={within}
      empty={
        <Empty
          title="Nothing is recorded"
          next="When a security campaign ends, what it did not reach is listed here."
        />
      }
    />
  );
}

/** Vehicles that a security update did not reach, and whether stakeholders were told (UN R156 9.1.3). */
export function UndeliveredPage() {
  useTitle('Not reached');
  return (
    <ServerTable
      {...shared}
      headingLevel="h1"
      description={<RuleLine rule={4} about="Security updates that did not arrive, and what was decided about it." />}
      empty={
        <Empty
          title="Nothing is recorded"
          next="When a security campaign ends, each group of vehicles it did not reach is told to stakeholders, or a decision is kept:"
          command='bulkhead campaigns undelivered ID --state denied --reason "They were written to by post"'
        />
      }
    />
  );
}
