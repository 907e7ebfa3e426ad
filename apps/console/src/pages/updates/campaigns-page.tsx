import type { Campaign } from '@bulkhead/contract';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useRouter } from '@tanstack/react-router';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { Actions, useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { CampaignLink, CampaignMark, ReleaseLink } from './marks.tsx';
import { TimeZonesButton } from './time-zones.tsx';

function Progress({ campaign: { name, vehicles, succeeded } }: { campaign: Campaign }) {
  if (vehicles === 0) return 'No list yet';
  return (
    <ProgressBar
      value={(succeeded / vehicles) * 100}
      additionalInfo={`${integer(succeeded)} of ${integer(vehicles)}`}
      ariaLabel={`${name}: ${succeeded} of ${vehicles} vehicles updated`}
    />
  );
}

const columns: readonly Column<Campaign>[] = [
  { id: 'name', header: 'Campaign', rowHeader: true, width: 260, cell: (campaign) => <CampaignLink {...campaign} /> },
  { id: 'state', header: 'State', width: 150, cell: ({ state }) => <CampaignMark state={state} /> },
  { id: 'why', header: 'Why', width: 300, cell: ({ why }) => why },
  { id: 'progress', header: 'Updated', width: 210, cell: (campaign) => <Progress campaign={campaign} /> },
  { id: 'inFlight', header: 'Under way', width: 110, cell: ({ inFlight }) => integer(inFlight) },
  { id: 'errors', header: 'Errors', width: 90, cell: ({ errors }) => integer(errors) },
  { id: 'wave', header: 'Wave', width: 90, cell: ({ wave, waveCount }) => `${wave} of ${waveCount}` },
  {
    id: 'release',
    header: 'Release',
    width: 200,
    cell: ({ releaseId, releaseName }) => <ReleaseLink id={releaseId} name={releaseName} />,
  },
  { id: 'kind', header: 'Kind', width: 110, cell: ({ kind }) => (kind === 'rollback' ? 'Roll-back' : 'Roll-out') },
  {
    id: 'startedAt',
    header: 'Started',
    width: 120,
    cell: ({ startedAt }) => <RelativeTime at={startedAt} empty="–" />,
  },
  { id: 'createdAt', header: 'Created', width: 120, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

const shared = {
  operation: 'listCampaigns',
  noun: 'campaigns',
  title: 'Campaigns',
  columns,
  rowId: ({ id }: Campaign) => id,
  freeText: 'name',
} as const;

/** Campaigns of one release. */
export function CampaignsTable({ within }: { within: string }) {
  return (
    <ServerTable
      {...shared}
      within={within}
      empty={<Empty title="No campaign ships it" next="A published release is shipped by a campaign." />}
    />
  );
}

/** What takes releases to vehicles. */
export function CampaignsPage() {
  useTitle('Campaigns');
  const router = useRouter();
  const denial = useDenial('updates.write');
  return (
    <ServerTable
      {...shared}
      headingLevel="h1"
      description={<RuleLine rule={4} about="A release, a frozen list of vehicles, wave by wave." />}
      actions={
        <Actions>
          <TimeZonesButton />
          <PermittedButton denial={denial} variant="primary" onClick={() => router.history.push(paths.newCampaign())}>
            Prepare a campaign
          </PermittedButton>
        </Actions>
      }
      empty={
        <Empty
          title="No campaigns yet"
          next="A campaign takes a published release to vehicles in waves. Prepare one here, or from a file:"
          command="bulkhead campaigns create -f campaign.json"
        />
      }
    />
  );
}
