import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { LocalTable } from '../../table/local-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { integer } from '../../ui/time.ts';
import { rulePairs, selectText } from './campaign-definition-view.tsx';
import { type CampaignDraft, definitionOf } from './campaign-draft.ts';
import { useCampaignPreview } from './campaign-preview.tsx';
import { counted } from './marks.tsx';

interface ReviewProps {
  readonly draft: CampaignDraft;
  readonly typed: string;
  readonly onTyped: (text: string) => void;
  readonly plan: boolean;
  readonly onPlan: (plan: boolean) => void;
}

function Consequence({ draft }: { draft: CampaignDraft }) {
  const preview = useCampaignPreview(draft);
  const release = useQuery({
    ...query('getRelease', { params: { id: draft.releaseId } }),
    enabled: draft.releaseId !== '',
  });
  if (preview.error) return <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />;
  const { data } = preview;
  const [first] = data?.waves ?? [];
  return (
    <Alert
      type="warning"
      header={
        data
          ? `${counted(data.compatible, 'vehicle')} will be offered ${release.data?.name ?? 'the release'}`
          : 'Counting the vehicles…'
      }
    >
      {data && first && (
        <>
          {counted(first.vehicles, 'vehicle')} at first, in the wave “{first.name}”;{' '}
          {integer(data.vehicles - data.compatible)} of the filter cannot take it.{' '}
        </>
      )}
      {release.data?.dossier.workshopOnly && 'It proceeds only with a skilled person present. '}
      {release.data?.dossier.consentRequired && 'Each user is asked first. '}
      Nothing is sent yet: the list is frozen, somebody asks for the start, and a second person with the permission{' '}
      <i>updates.approve</i>, who is not the one who asked, must agree to exactly this.
    </Alert>
  );
}

/** Step 6: the consequence first, then the name typed by hand. */
export function ReviewStep({ draft, typed, onTyped, plan, onPlan }: ReviewProps) {
  const preview = useCampaignPreview(draft);
  const { waves, rules } = definitionOf(draft);
  const sizes = preview.data?.waves.length === waves.length ? preview.data.waves : [];
  const name = draft.name.trim();
  return (
    <Stack>
      <Consequence draft={draft} />
      <LocalTable
        title="Waves"
        noun="waves"
        items={waves.map((wave, i) => ({ ...wave, place: i + 1, vehicles: sizes[i]?.vehicles }))}
        rowId={({ place }) => String(place)}
        columns={[
          { id: 'name', header: 'Wave', rowHeader: true, width: 200, cell: (wave) => `${wave.place}. ${wave.name}` },
          {
            id: 'vehicles',
            header: 'Vehicles',
            width: 110,
            cell: ({ vehicles }) => (vehicles === undefined ? '…' : integer(vehicles)),
          },
          { id: 'takes', header: 'Takes', width: 220, cell: ({ select }) => selectText(select) },
          { id: 'success', header: 'Must succeed', width: 130, cell: ({ success }) => `${success.percent} %` },
          {
            id: 'error',
            header: 'Stops at errors',
            width: 220,
            cell: ({ error }) =>
              `${error.percent} % of at least ${error.minimum}${error.count === undefined ? '' : `, or ${error.count}`}`,
          },
        ]}
        empty="No waves"
      />
      <Section title="Rules">
        <KeyValuePairs
          columns={3}
          items={[{ label: 'Target filter', value: draft.filter || 'All vehicles' }, ...rulePairs(rules)]}
        />
      </Section>
      <Section title="Confirm">
        <Stack>
          <Checkbox
            checked={plan}
            description="A job with progress. The list can be dropped again by changing the campaign."
            onChange={({ detail }) => onPlan(detail.checked)}
          >
            Freeze the list of vehicles right away
          </Checkbox>
          <FormField
            label={
              <>
                Type <span className="bh-mono">{name || 'the name'}</span> to confirm
              </>
            }
          >
            <Input
              value={typed}
              ariaLabel={`Type ${name} to confirm`}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => onTyped(detail.value)}
            />
          </FormField>
        </Stack>
      </Section>
    </Stack>
  );
}
