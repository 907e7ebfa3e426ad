import type { Output, operations } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Page } from '../../ui/page.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CampaignLink, VehicleMark } from './marks.tsx';

type Event = Output<typeof operations.getCampaignVehicle>['events'][number] & { readonly place: number };

const columns: readonly Column<Event>[] = [
  { id: 'at', header: 'Time', rowHeader: true, width: 220, cell: ({ at }) => <AbsoluteTime at={at} /> },
  { id: 'ago', header: 'Age', width: 120, cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'event', header: 'What happened', width: 180, cell: ({ event }) => event.replaceAll('-', ' ') },
  { id: 'state', header: 'Then', width: 210, cell: ({ state }) => <VehicleMark state={state} /> },
  { id: 'cause', header: 'Cause', width: 180, cell: ({ cause }) => cause?.replaceAll('-', ' ') ?? '–' },
  { id: 'detail', header: 'Said', width: 260, cell: ({ detail }) => detail ?? '–' },
  { id: 'attempt', header: 'Attempt', width: 90, cell: ({ attempt }) => attempt },
];

/** One vehicle in one campaign: every step it took, newest first. */
export function CampaignVehiclePage() {
  const { id = '', vin = '' } = useParams({ strict: false });
  const campaign = useQuery(query('getCampaign', { params: { id } }));
  const answer = useQuery({
    ...query('getCampaignVehicle', { params: { id, vin } }),
    refetchInterval: campaign.data?.state === 'running' ? 3_000 : false,
  });
  return (
    <Page
      title={`${vin} in ${campaign.data?.name ?? 'the campaign'}`}
      description={<RuleLine rule={4} about="What happened to one vehicle in one campaign." />}
      actions={<CopyAs api={`/campaigns/${id}/vehicles/${vin}`} cli={`bulkhead campaigns vehicle ${id} ${vin}`} />}
    >
      <Loaded answer={answer} label="vehicle in the campaign">
        {(found) => (
          <>
            <Section title="Where it stands">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'State', value: <VehicleMark state={found.state} /> },
                  { label: 'Cause', value: found.cause?.replaceAll('-', ' ') ?? '–' },
                  { label: 'Said by the vehicle', value: found.detail ?? '–' },
                  { label: 'Since', value: <RelativeTime at={found.since} /> },
                  { label: 'At the latest', value: <RelativeTime at={found.dueAt} empty="No time-out" /> },
                  { label: 'Attempt', value: found.attempt },
                  { label: 'Wave', value: found.wave === 0 ? 'None' : found.wave },
                  { label: 'Time zone', value: found.timeZone },
                  { label: 'Vehicle', value: <VinLink vin={vin} /> },
                  { label: 'Campaign', value: <CampaignLink id={id} name={campaign.data?.name ?? 'Campaign'} /> },
                ]}
              />
            </Section>
            <LocalTable
              title="Timeline"
              noun="steps"
              items={found.events.map((event, place) => ({ ...event, place }))}
              columns={columns}
              rowId={({ place }) => String(place)}
              empty={<Empty title="Nothing has happened yet" next="The vehicle waits for its turn." />}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
