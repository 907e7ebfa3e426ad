import type { Output, operations, VehicleUpdate } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CampaignLink, CampaignMark, ReleaseLink, StandingMark, VehicleMark } from './marks.tsx';
import { VehicleDirector } from './vehicle-director.tsx';

const columnsOf = (vin: string): readonly Column<VehicleUpdate>[] => [
  {
    id: 'campaign',
    header: 'Campaign',
    rowHeader: true,
    width: 220,
    cell: ({ campaignId, campaign }) => <CampaignLink id={campaignId} name={campaign} />,
  },
  { id: 'state', header: 'This vehicle', width: 200, cell: ({ state }) => <VehicleMark state={state} /> },
  { id: 'cause', header: 'Cause', width: 240, cell: ({ cause }) => cause ?? '–' },
  {
    id: 'release',
    header: 'Release',
    width: 200,
    cell: ({ releaseId, release }) => <ReleaseLink id={releaseId} name={release} />,
  },
  { id: 'kind', header: 'Kind', width: 110, cell: ({ kind }) => (kind === 'rollback' ? 'Roll-back' : 'Roll-out') },
  {
    id: 'campaignState',
    header: 'The campaign',
    width: 150,
    cell: ({ campaignState }) => <CampaignMark state={campaignState} />,
  },
  { id: 'since', header: 'Since', width: 120, cell: ({ since }) => <RelativeTime at={since} /> },
  {
    id: 'timeline',
    header: 'Step by step',
    width: 120,
    cell: ({ campaignId, campaign }) => (
      <Link href={paths.campaignVehicle(campaignId, vin)} ariaLabel={`Timeline in ${campaign}`}>
        Timeline
      </Link>
    ),
  },
];

/** What the vehicle is offered at this moment. */
function Current({ items, vin }: { items: readonly VehicleUpdate[]; vin: string }) {
  const served = items.find((item) => item.served);
  if (!served) return <Alert type="info">No campaign has the vehicle at this moment.</Alert>;
  return (
    <Alert type="info" header={<VehicleMark state={served.state} />}>
      <CampaignLink id={served.campaignId} name={served.campaign} /> brings{' '}
      <ReleaseLink id={served.releaseId} name={served.release} />, attempt {served.attempt}, since{' '}
      <RelativeTime at={served.since} />. <Link href={paths.campaignVehicle(served.campaignId, vin)}>Step by step</Link>
    </Alert>
  );
}

type Standing = Output<typeof operations.getVehicleRxswins>['items'][number];

const rxswinColumns: readonly Column<Standing>[] = [
  {
    id: 'rxswin',
    header: 'RXSWIN',
    rowHeader: true,
    width: 220,
    cell: ({ id, rxswin, version }) => <Link href={paths.rxswin(id)}>{`${rxswin} version ${version}`}</Link>,
  },
  { id: 'system', header: 'System', width: 260, cell: ({ system }) => system },
  { id: 'standing', header: 'This vehicle', width: 260, cell: ({ standing }) => <StandingMark standing={standing} /> },
];

/** Campaigns of one vehicle, the one it is served now, and whether it runs what its RXSWINs say. */
export function VehicleUpdates({ vin }: { vin: string }) {
  const updates = useQuery({ ...query('getVehicleUpdates', { params: { vin } }), refetchInterval: 5_000 });
  const rxswins = useQuery(query('getVehicleRxswins', { params: { vin } }));
  return (
    <Stack>
      <Loaded answer={updates} label="updates">
        {({ items }) => (
          <Stack>
            <Current items={items} vin={vin} />
            <LocalTable
              title="Campaigns"
              noun="campaigns"
              items={items}
              columns={columnsOf(vin)}
              rowId={({ campaignId }) => campaignId}
              empty={
                <Empty
                  title="No campaign has named this vehicle yet"
                  next="It appears here as soon as it is on the frozen list of a campaign."
                  command="bulkhead campaigns list --filter 'state = running'"
                />
              }
            />
          </Stack>
        )}
      </Loaded>
      <VehicleDirector vin={vin} />
      <Loaded answer={rxswins} label="RXSWINs" lines={3}>
        {({ items }) => (
          <LocalTable
            title="RXSWINs"
            noun="definitions"
            items={items}
            columns={rxswinColumns}
            rowId={({ id }) => id}
            description="Declared for the vehicle, against what it reports"
            empty={<Empty title="None is declared for its model" next="Definitions are kept in the RXSWIN register." />}
          />
        )}
      </Loaded>
    </Stack>
  );
}
