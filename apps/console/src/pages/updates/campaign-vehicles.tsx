import type { CampaignVehicle } from '@bulkhead/contract';
import { quoted } from '../../table/filter-tokens.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { TimelineLink, VehicleMark } from './marks.tsx';

const columnsOf = (id: string): readonly Column<CampaignVehicle>[] => [
  { id: 'vin', header: 'VIN', rowHeader: true, width: 210, cell: ({ vin }) => <TimelineLink id={id} vin={vin} /> },
  { id: 'state', header: 'State', width: 200, cell: ({ state }) => <VehicleMark state={state} /> },
  { id: 'cause', header: 'Cause', width: 180, cell: ({ cause }) => cause?.replaceAll('-', ' ') ?? '–' },
  { id: 'detail', header: 'Said', width: 240, cell: ({ detail }) => detail ?? '–' },
  { id: 'wave', header: 'Wave', width: 80, cell: ({ wave }) => (wave === 0 ? 'None' : wave) },
  { id: 'attempt', header: 'Attempt', width: 90, cell: ({ attempt }) => attempt },
  { id: 'since', header: 'Since', width: 120, cell: ({ since }) => <RelativeTime at={since} /> },
  { id: 'due', header: 'At the latest', width: 130, cell: ({ dueAt }) => <RelativeTime at={dueAt} empty="–" /> },
  { id: 'timeZone', header: 'Time zone', width: 150, hidden: true, cell: ({ timeZone }) => timeZone },
];

/** The frozen list, and where each vehicle stands. */
export function CampaignVehicles({ id }: { id: string }) {
  return (
    <ServerTable
      operation="listCampaignVehicles"
      noun="vehicles"
      title="Vehicles"
      columns={columnsOf(id)}
      rowId={({ vin }) => vin}
      freeText="vin"
      within={`campaign = ${quoted(id)}`}
      empty={
        <Empty title="No list yet" next="Freeze the list of vehicles, or:" command={`bulkhead campaigns plan ${id}`} />
      }
    />
  );
}
