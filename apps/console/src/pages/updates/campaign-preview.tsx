import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { VinLink } from '../../shell/links.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { type CampaignDraft, waveOf } from './campaign-draft.ts';
import { faultsOfWave } from './campaign-faults.ts';
import { counted } from './marks.tsx';
import { incompatibilityTexts } from './update-words.ts';

const rest = {
  name: 'All',
  select: { by: 'rest' as const },
  success: { percent: 0 },
  error: { percent: 100, minimum: 1 },
};

/** What the draft would reach, asked from the server; waves that are not complete yet are left out of the question. */
export function useCampaignPreview({ releaseId, filter, waves }: CampaignDraft) {
  const complete = waves.every((wave, i) => Object.keys(faultsOfWave(wave, i === waves.length - 1)).length === 0);
  const body = { releaseId, filter, waves: complete ? waves.map(waveOf) : [rest] };
  return useQuery({
    queryKey: ['updates', 'previewCampaign', { body }] as const,
    queryFn: ({ signal }) => client.previewCampaign({ body, signal }),
    enabled: releaseId !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });
}

interface Group {
  readonly reason: string;
  readonly text: string;
  readonly vehicles: number;
  readonly examples: readonly string[];
}

const columns: readonly Column<Group>[] = [
  {
    id: 'reason',
    header: 'Why not',
    rowHeader: true,
    width: 180,
    cell: ({ reason }) => incompatibilityTexts[reason as keyof typeof incompatibilityTexts] ?? reason,
  },
  { id: 'text', header: 'In full', width: 340, cell: ({ text }) => text },
  { id: 'vehicles', header: 'Vehicles', width: 100, cell: ({ vehicles }) => integer(vehicles) },
  {
    id: 'examples',
    header: 'Such as',
    width: 220,
    cell: ({ examples }) =>
      examples.slice(0, 3).map((vin) => (
        <div key={vin}>
          <VinLink vin={vin} />
        </div>
      )),
  },
];

/** Counts before anything is sent: who gets it, who cannot and why. */
export function PreviewCounts({ draft }: { draft: CampaignDraft }) {
  const answer = useCampaignPreview(draft);
  if (!draft.releaseId) return <Alert type="info">Choose a release first: then vehicles are counted.</Alert>;
  return (
    <Section title="It would reach" description="Counted now, against the last known configuration of each vehicle">
      <Loaded answer={answer} label="count" lines={3}>
        {({ vehicles, compatible, groups }) => (
          <Stack>
            <Box fontSize="display-l" fontWeight="bold">
              {counted(compatible, 'vehicle')}
            </Box>
            <Box>
              of {counted(vehicles, 'vehicle')} of the filter; {integer(vehicles - compatible)} cannot take it.
            </Box>
            <LocalTable
              title="Left out"
              noun="reasons"
              items={groups}
              columns={columns}
              rowId={({ reason, text }) => `${reason} ${text}`}
              empty={<Empty title="Nobody is left out" next="Every vehicle of the filter can take it." />}
            />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
