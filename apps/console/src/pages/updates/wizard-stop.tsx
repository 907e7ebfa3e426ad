import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { faultsOfPace } from './campaign-faults.ts';
import { Line } from './fields.tsx';
import type { StepProps } from './wizard-release.tsx';

/** Step 5: what stops it, and what happens then. */
export function StopStep({ draft, tried, onChange }: StepProps) {
  const faults = faultsOfPace(draft);
  const noWayBack = draft.onError === 'roll-back' && !draft.rollbackReleaseId;
  const count = (state: 'unreachable' | 'denied', on: boolean) =>
    onChange({
      countAsError: on ? [...draft.countAsError, state] : draft.countAsError.filter((one) => one !== state),
    });
  return (
    <Stack>
      <Section title="When a wave crosses its error threshold">
        <FormField
          errorText={tried && noWayBack ? 'Name a release to go back to in the first step' : undefined}
          stretch
        >
          <RadioGroup
            ariaLabel="When a wave crosses its error threshold"
            value={draft.onError}
            onChange={({ detail }) => onChange({ onError: detail.value as typeof draft.onError })}
            items={[
              {
                value: 'stop',
                label: 'Stop',
                description:
                  'Offers are taken back from vehicles that have not begun to install; to go on needs two people',
              },
              { value: 'pause', label: 'Pause', description: 'No further offers; vehicles under way go on' },
              {
                value: 'roll-back',
                label: 'Roll back by itself',
                description: 'Vehicles that were updated are taken back to the release named in the first step',
              },
            ]}
          />
        </FormField>
      </Section>
      <Section title="What counts as an error" description="Failed, timed out and went back always do">
        <Stack>
          <Checkbox
            checked={draft.countAsError.includes('unreachable')}
            onChange={({ detail }) => count('unreachable', detail.checked)}
          >
            Vehicles that never took up the offer
          </Checkbox>
          <Checkbox
            checked={draft.countAsError.includes('denied')}
            onChange={({ detail }) => count('denied', detail.checked)}
          >
            Users who said no
          </Checkbox>
        </Stack>
      </Section>
      <Section title="Dates">
        <ColumnLayout columns={2}>
          <Line
            label="Not before"
            placeholder="2026-11-20T22:00:00Z"
            value={draft.startsAt}
            error={faults['startsAt']}
            onChange={(startsAt) => onChange({ startsAt })}
          />
          <Line
            label="Stops by itself at"
            placeholder="2026-12-20T22:00:00Z"
            value={draft.endsAt}
            error={faults['endsAt']}
            onChange={(endsAt) => onChange({ endsAt })}
          />
        </ColumnLayout>
      </Section>
    </Stack>
  );
}
