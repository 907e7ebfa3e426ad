import { operations } from '@bulkhead/contract';
import { FilterBar } from '../../table/filter-bar.tsx';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { PreviewCounts, useCampaignPreview } from './campaign-preview.tsx';
import { counted } from './marks.tsx';
import type { StepProps } from './wizard-release.tsx';

const runs = { type: 'string', label: 'Runs software', sortable: false } as const;
/** The fields of the vehicle list, and `runs = tcu-os@7.2.0`, which only targets have. */
export const targetFields = { ...operations.listVehicles.list.fields, runs };

/** Step 2: the target filter, with what it would reach counted while one types. */
export function TargetStep({ draft, onChange }: StepProps) {
  const answer = useCampaignPreview(draft);
  return (
    <Stack>
      <Section
        title="Target"
        description="In the filter language of the vehicle list, such as region = eu and runs = tcu-os@7.2.0; empty is every vehicle"
      >
        <FilterBar
          fields={targetFields}
          filter={draft.filter}
          freeText="vin"
          noun="vehicles"
          count={answer.data ? counted(answer.data.vehicles, 'vehicle') : ''}
          onChange={(filter) => onChange({ filter })}
        />
      </Section>
      <PreviewCounts draft={draft} />
    </Stack>
  );
}
