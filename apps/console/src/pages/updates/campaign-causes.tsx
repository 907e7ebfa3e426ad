import type { CampaignDetail, Output, operations } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { TimelineLink, VehicleMark } from './marks.tsx';
import { DecideUndelivered } from './undelivered-decision.tsx';

type Causes = Output<typeof operations.getCampaignCauses>;
type Cause = Causes['causes'][number];
type Stalled = Causes['stalled'][number];

const Examples = ({ id, vins }: { id: string; vins: readonly string[] }) => (
  <ul className="bh-plain-list">
    {vins.map((vin) => (
      <li key={vin}>
        <TimelineLink id={id} vin={vin} />
      </li>
    ))}
  </ul>
);

const vehiclesOf = (id: string, filter: string) =>
  `${paths.campaign(id, 'vehicles')}&filter=${encodeURIComponent(filter)}`;

const decidable = new Set(['denied', 'unreachable', 'failed', 'timed-out', 'rolled-back', 'incompatible', 'cancelled']);

function columnsOf(
  campaign: CampaignDetail,
  denial: string | undefined,
  decide: (cause: Cause) => void,
): Column<Cause>[] {
  const { id, security, state: campaignState } = campaign;
  const notYet =
    campaignState === 'finished' || campaignState === 'cancelled' ? undefined : 'The campaign has not ended';
  return [
    { id: 'text', header: 'Cause', rowHeader: true, width: 300, cell: ({ text }) => text },
    { id: 'state', header: 'State', width: 180, cell: ({ state }) => <VehicleMark state={state} /> },
    {
      id: 'vehicles',
      header: 'Vehicles',
      width: 110,
      cell: ({ vehicles, state, cause }) => (
        <Link
          ariaLabel={`${vehicles} vehicles with this cause`}
          href={vehiclesOf(id, cause === state ? `state = ${state}` : `state = ${state} and cause = ${quoted(cause)}`)}
        >
          {integer(vehicles)}
        </Link>
      ),
    },
    {
      id: 'waves',
      header: 'Waves',
      width: 100,
      cell: ({ waves }) => waves.filter((wave) => wave > 0).join(', ') || '–',
    },
    { id: 'examples', header: 'Such as', width: 220, cell: ({ examples }) => <Examples id={id} vins={examples} /> },
    ...(security
      ? [
          {
            id: 'decide',
            header: 'Tell stakeholders',
            width: 150,
            cell: (cause: Cause) =>
              decidable.has(cause.state) && (
                <PermittedButton
                  variant="inline-link"
                  ariaLabel={`Decide… about: ${cause.text}`}
                  denial={denial ?? notYet}
                  onClick={() => decide(cause)}
                >
                  Decide…
                </PermittedButton>
              ),
          },
        ]
      : []),
  ];
}

const stalledColumns = (id: string): readonly Column<Stalled>[] => [
  { id: 'state', header: 'State', rowHeader: true, width: 220, cell: ({ state }) => <VehicleMark state={state} /> },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'oldest', header: 'Longest since', width: 150, cell: ({ oldest }) => <RelativeTime at={oldest} /> },
  { id: 'examples', header: 'Such as', width: 220, cell: ({ examples }) => <Examples id={id} vins={examples} /> },
];

/** What keeps vehicles from being updated, grouped, most first; and those that have stalled. */
export function CampaignCauses({ campaign }: { campaign: CampaignDetail }) {
  const { id } = campaign;
  const denial = useDenial('updates.operate');
  const [deciding, setDeciding] = useState<Cause>();
  const answer = useQuery({
    ...query('getCampaignCauses', { params: { id } }),
    refetchInterval: campaign.state === 'running' ? 5_000 : false,
  });
  return (
    <Loaded answer={answer} label="causes">
      {({ causes, stalled }) => (
        <Stack>
          <LocalTable
            title="Causes"
            noun="causes"
            items={causes}
            columns={columnsOf(campaign, denial, setDeciding)}
            rowId={({ state, cause }) => `${state} ${cause}`}
            description="What keeps vehicles from being updated"
            empty={
              <Empty title="Nothing keeps any vehicle" next="Failures are grouped here by cause as they happen." />
            }
          />
          <LocalTable
            title="Stalled"
            noun="states"
            items={stalled}
            columns={stalledColumns(id)}
            rowId={({ state }) => state}
            description="Under way, and past half of the time that their state may take"
            empty={
              <Empty title="No vehicle has stalled" next="Vehicles that stop moving are shown before they time out." />
            }
          />
          {deciding && <DecideUndelivered id={id} cause={deciding} onClose={() => setDeciding(undefined)} />}
        </Stack>
      )}
    </Loaded>
  );
}
