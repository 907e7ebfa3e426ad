import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import { Stack } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { integer } from '../../ui/time.ts';
import { emptyWave, type WaveDraft } from './campaign-draft.ts';
import { faultsOfWave } from './campaign-faults.ts';
import { useCampaignPreview } from './campaign-preview.tsx';
import { Choice, Line, NumberField, replaced } from './fields.tsx';
import type { StepProps } from './wizard-release.tsx';

interface WaveProps {
  readonly wave: WaveDraft;
  readonly number: number;
  readonly last: boolean;
  readonly vehicles: number | undefined;
  readonly onChange: (change: Partial<WaveDraft>) => void;
  readonly onRemove: () => void;
}

function WaveForm({ wave, number, last, vehicles, onChange, onRemove }: WaveProps) {
  const faults = faultsOfWave(wave, last);
  return (
    <Section
      title={`Wave ${number}: ${wave.name || 'no name yet'}`}
      counter={vehicles === undefined ? '' : `(${integer(vehicles)} ${vehicles === 1 ? 'vehicle' : 'vehicles'})`}
      actions={
        !last && (
          <Button ariaLabel={`Remove wave ${number}`} onClick={onRemove}>
            Remove
          </Button>
        )
      }
    >
      <ColumnLayout columns={3}>
        <Line label="Name" value={wave.name} error={faults.name} onChange={(name) => onChange({ name })} />
        <Choice
          label="Takes"
          value={wave.by}
          error={faults.by}
          options={
            last
              ? [['rest', 'All that are left']]
              : [
                  ['percent', 'A share', 'A fair sample of the compatible vehicles'],
                  ['count', 'A number', 'A fair sample of the compatible vehicles'],
                  ['filter', 'Those of a filter', 'Such as a test fleet'],
                ]
          }
          onChange={(by) => onChange({ by })}
        />
        {wave.by === 'filter' ? (
          <Line
            label="Filter"
            placeholder="region = eu"
            value={wave.filter}
            error={faults.filter}
            onChange={(filter) => onChange({ filter })}
          />
        ) : (
          <NumberField
            label={wave.by === 'percent' ? 'Share (%)' : 'Vehicles'}
            value={wave.by === 'rest' ? '' : wave.amount}
            disabled={wave.by === 'rest'}
            error={faults.amount}
            onChange={(amount) => onChange({ amount })}
          />
        )}
        <NumberField
          label="Must succeed (%)"
          description="Before the next wave begins"
          value={wave.success}
          error={faults.success}
          onChange={(success) => onChange({ success })}
        />
        <NumberField
          label="Stops at errors (%)"
          description="Of the vehicles that have ended"
          value={wave.error}
          error={faults.error}
          onChange={(error) => onChange({ error })}
        />
        <NumberField
          label="Once so many have ended"
          description="The wave's size at most"
          value={wave.minimum}
          error={faults.minimum}
          onChange={(minimum) => onChange({ minimum })}
        />
        <NumberField
          label="Or at so many errors"
          description="Empty: only the share counts"
          value={wave.count}
          error={faults.count}
          onChange={(count) => onChange({ count })}
        />
        <NumberField
          label="Then waits (min)"
          description="It may still fail meanwhile"
          value={wave.soak}
          error={faults.soak}
          onChange={(soak) => onChange({ soak })}
        />
      </ColumnLayout>
    </Section>
  );
}

/** Step 3: rings with their counts and thresholds. */
export function WavesStep({ draft, onChange }: StepProps) {
  const { waves } = draft;
  const preview = useCampaignPreview(draft);
  const sizes = preview.data?.waves.length === waves.length ? preview.data.waves : [];
  const add = () =>
    onChange({ waves: [...waves.slice(0, -1), { ...emptyWave, name: `Ring ${waves.length}` }, ...waves.slice(-1)] });
  return (
    <Stack>
      {preview.error && <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />}
      {waves.map((wave, i) => (
        // waves of a draft have no identity but their place
        <WaveForm
          key={i}
          wave={wave}
          number={i + 1}
          last={i === waves.length - 1}
          vehicles={sizes[i]?.vehicles}
          onChange={(change) => onChange({ waves: replaced(waves, i, change) })}
          onRemove={() => onChange({ waves: waves.filter((_, k) => k !== i) })}
        />
      ))}
      <Button
        iconName="add-plus"
        disabled={waves.length >= 50}
        disabledReason="A campaign has at most 50 waves"
        onClick={add}
      >
        Add a wave before the last
      </Button>
    </Stack>
  );
}
