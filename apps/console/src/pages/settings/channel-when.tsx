import { digestIntervals } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TimeInput from '@cloudscape-design/components/time-input';
import { Section } from '../../ui/section.tsx';
import type { DraftProps } from './channel-draft.ts';
import { weekdays } from './channel-words.ts';

const modes = [
  { value: 'immediate', label: 'At once', description: 'Each message by itself, in order' },
  { value: 'digest', label: 'As a digest', description: 'All that waits in one message, the worst first' },
] as const;
const intervalNames = { hour: 'Every full hour', day: 'Every day', week: 'Every week' } as const;
const intervals = digestIntervals.map((value) => ({ value, label: intervalNames[value] }));
const days = weekdays.map((label, i) => ({ value: String(i + 1), label }));

/** At once, or gathered into a digest. */
export function WhenSection({ draft, change }: DraftProps) {
  const digest = draft.mode === 'digest';
  return (
    <Section title="When">
      <SpaceBetween size="m">
        <RadioGroup
          ariaLabel="When messages are sent"
          value={draft.mode}
          items={[...modes]}
          onChange={({ detail }) => change({ mode: detail.value === 'digest' ? 'digest' : 'immediate' })}
        />
        {digest && (
          <SpaceBetween direction="horizontal" size="m">
            <FormField label="How often">
              <Select
                ariaLabel="How often"
                options={intervals}
                selectedOption={intervals.find(({ value }) => value === draft.every) ?? null}
                onChange={({ detail }) =>
                  change({
                    every: intervals.find(({ value }) => value === detail.selectedOption.value)?.value ?? 'day',
                  })
                }
              />
            </FormField>
            {draft.every === 'week' && (
              <FormField label="On">
                <Select
                  ariaLabel="On"
                  options={days}
                  selectedOption={days[draft.weekday - 1] ?? null}
                  onChange={({ detail }) => change({ weekday: Number(detail.selectedOption.value) })}
                />
              </FormField>
            )}
            {draft.every !== 'hour' && (
              <FormField label="At" constraintText="HH:MM in UTC">
                <TimeInput
                  format="hh:mm"
                  placeholder="hh:mm"
                  value={draft.at}
                  onChange={({ detail }) => change({ at: detail.value })}
                />
              </FormField>
            )}
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Section>
  );
}
