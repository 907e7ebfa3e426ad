import { failureKinds } from '@bulkhead/contract';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { timedStates } from './campaign-draft.ts';
import { faultsOfPace } from './campaign-faults.ts';
import { Choice, NumberField, replaced } from './fields.tsx';
import { failureTexts, vehicleLooks } from './update-words.ts';
import type { StepProps } from './wizard-release.tsx';

function Rate({ draft, onChange }: StepProps) {
  const faults = faultsOfPace(draft);
  return (
    <Section title="Rate">
      <Stack>
        <ColumnLayout columns={2}>
          <NumberField
            label="Offers a minute"
            value={draft.perMinute}
            error={faults['perMinute']}
            onChange={(perMinute) => onChange({ perMinute })}
          />
          <NumberField
            label="At most in flight"
            description="Vehicles that hold an offer at the same time"
            value={draft.maxInFlight}
            error={faults['maxInFlight']}
            onChange={(maxInFlight) => onChange({ maxInFlight })}
          />
        </ColumnLayout>
        <Checkbox checked={draft.grows} onChange={({ detail }) => onChange({ grows: detail.checked })}>
          The rate grows as vehicles are updated
        </Checkbox>
        {draft.grows && (
          <ColumnLayout columns={4}>
            <NumberField
              label="Times"
              value={draft.factor}
              error={faults['factor']}
              onChange={(factor) => onChange({ factor })}
            />
            <NumberField
              label="After every (vehicles)"
              value={draft.every}
              error={faults['every']}
              onChange={(every) => onChange({ every })}
            />
            <Choice
              label="Counted by"
              value={draft.growsBy}
              options={[
                ['succeeded', 'Updated'],
                ['notified', 'Offered'],
              ]}
              onChange={(growsBy) => onChange({ growsBy })}
            />
            <NumberField
              label="At most a minute"
              value={draft.maximum}
              error={faults['maximum']}
              onChange={(maximum) => onChange({ maximum })}
            />
          </ColumnLayout>
        )}
      </Stack>
    </Section>
  );
}

const dayOptions = [
  { value: 'mon', label: 'Monday' },
  { value: 'tue', label: 'Tuesday' },
  { value: 'wed', label: 'Wednesday' },
  { value: 'thu', label: 'Thursday' },
  { value: 'fri', label: 'Friday' },
  { value: 'sat', label: 'Saturday' },
  { value: 'sun', label: 'Sunday' },
] as const;

function Windows({ draft: { windows }, draft, onChange }: StepProps) {
  const set = (i: number, change: Partial<(typeof windows)[number]>) =>
    onChange({ windows: replaced(windows, i, change) });
  return (
    <Section title="Maintenance windows" description="In the time zone of each vehicle">
      <FormField errorText={faultsOfPace(draft)['windows']} stretch>
        <AttributeEditor
          items={windows}
          addButtonText="Add a window"
          removeButtonText="Remove"
          removeButtonAriaLabel={({ start }) => `Remove the window from ${start}`}
          empty="None: it is offered at any time."
          onAddButtonClick={() =>
            onChange({ windows: [...windows, { days: ['sat', 'sun'], start: '22:00', minutes: '480' }] })
          }
          onRemoveButtonClick={({ detail }) => onChange({ windows: windows.filter((_, i) => i !== detail.itemIndex) })}
          definition={[
            {
              label: 'Days',
              control: ({ days }, i) => (
                <Multiselect
                  ariaLabel={`Days of window ${i + 1}`}
                  options={dayOptions}
                  selectedOptions={dayOptions.filter(({ value }) => days.includes(value))}
                  deselectAriaLabel={({ label }) => `Remove ${label ?? ''}`}
                  placeholder="Choose days"
                  onChange={({ detail }) => {
                    const chosen = new Set(detail.selectedOptions.map(({ value }) => value));
                    set(i, { days: dayOptions.map(({ value }) => value).filter((day) => chosen.has(day)) });
                  }}
                />
              ),
            },
            {
              label: 'From',
              control: ({ start }, i) => (
                <Input
                  ariaLabel={`Start of window ${i + 1}`}
                  value={start}
                  placeholder="22:00"
                  onChange={({ detail }) => set(i, { start: detail.value })}
                />
              ),
            },
            {
              label: 'Minutes',
              control: ({ minutes }, i) => (
                <Input
                  type="number"
                  ariaLabel={`Minutes of window ${i + 1}`}
                  value={minutes}
                  onChange={({ detail }) => set(i, { minutes: detail.value })}
                />
              ),
            },
          ]}
        />
      </FormField>
    </Section>
  );
}

function Timeouts({ draft, onChange }: StepProps) {
  return (
    <Section title="Time-outs" description="Minutes a vehicle may stay in a state; none waits for ever">
      <FormField errorText={faultsOfPace(draft)['timeouts']} stretch>
        <ColumnLayout columns={3}>
          {timedStates.map((state) => (
            <NumberField
              key={state}
              label={vehicleLooks[state][1]}
              unit={state === 'offered' ? 'Minutes, then “never took it up”' : 'Minutes, then “timed out”'}
              value={draft.timeouts[state]}
              onChange={(value) => onChange({ timeouts: { ...draft.timeouts, [state]: value } })}
            />
          ))}
        </ColumnLayout>
      </FormField>
    </Section>
  );
}

const failureOptions = failureKinds.map((value) => ({ value, label: failureTexts[value] }));

function Retries({ draft: { retries }, draft, onChange }: StepProps) {
  const set = (i: number, change: Partial<(typeof retries)[number]>) =>
    onChange({ retries: replaced(retries, i, change) });
  const free = failureKinds.find((kind) => !retries.some(({ on }) => on === kind));
  const number = (label: string, name: 'times' | 'after') => ({
    label,
    control: (retry: (typeof retries)[number], i: number) => (
      <Input
        type="number"
        ariaLabel={`${label} ${i + 1}`}
        value={retry[name]}
        onChange={({ detail }) => set(i, { [name]: detail.value })}
      />
    ),
  });
  return (
    <Section title="Further attempts" description="What is not listed is not tried again">
      <FormField errorText={faultsOfPace(draft)['retries']} stretch>
        <AttributeEditor
          items={retries}
          addButtonText="Add a kind of failure"
          disableAddButton={free === undefined}
          removeButtonText="Remove"
          removeButtonAriaLabel={({ on }) => `Remove ${failureTexts[on]}`}
          empty="Nothing is tried again."
          onAddButtonClick={() => free && onChange({ retries: [...retries, { on: free, times: '1', after: '60' }] })}
          onRemoveButtonClick={({ detail }) => onChange({ retries: retries.filter((_, i) => i !== detail.itemIndex) })}
          definition={[
            {
              label: 'After',
              control: ({ on }, i) => (
                <Select
                  ariaLabel={`Failure ${i + 1}`}
                  options={failureOptions}
                  selectedOption={failureOptions.find(({ value }) => value === on) ?? null}
                  onChange={({ detail }) => {
                    const kind = failureKinds.find((one) => one === detail.selectedOption.value);
                    if (kind) set(i, { on: kind });
                  }}
                />
              ),
            },
            number('Times', 'times'),
            number('Minutes later', 'after'),
          ]}
        />
      </FormField>
    </Section>
  );
}

/** Step 4: how fast, when, and how patient. */
export function PaceStep(props: StepProps) {
  const { draft, onChange } = props;
  const faults = faultsOfPace(draft);
  return (
    <Stack>
      <Rate {...props} />
      <Windows {...props} />
      <Timeouts {...props} />
      <Retries {...props} />
      <Section title="Putting it off">
        <ColumnLayout columns={2}>
          <NumberField
            label="A user may put it off (times)"
            value={draft.deferrals}
            error={faults['deferrals']}
            onChange={(deferrals) => onChange({ deferrals })}
          />
          <NumberField
            label="Each time by (hours)"
            value={draft.deferralHours}
            error={faults['deferralHours']}
            onChange={(deferralHours) => onChange({ deferralHours })}
          />
        </ColumnLayout>
      </Section>
    </Stack>
  );
}
