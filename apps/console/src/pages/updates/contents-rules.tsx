import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { Section } from '../../ui/section.tsx';
import { faultOfRule, type RuleDraft } from './contents-draft.ts';
import { replaced } from './fields.tsx';

const kinds = [
  { value: 'requires', label: 'Needs' },
  { value: 'conflicts', label: 'Not together with' },
];

interface RulesProps {
  readonly rules: readonly RuleDraft[];
  readonly onAdd: () => void;
  readonly onChange: (rules: RuleDraft[]) => void;
}

/** Dependencies and conflicts (Uptane S18). */
export function RulesForm({ rules, onAdd, onChange }: RulesProps) {
  const field = (label: string, name: 'role' | 'name' | 'from' | 'to' | 'note') => ({
    label,
    control: (rule: RuleDraft, i: number) => (
      <Input
        ariaLabel={`${label} of rule ${i + 1}`}
        value={rule[name]}
        onChange={({ detail }) => onChange(replaced(rules, i, { [name]: detail.value }))}
      />
    ),
  });
  return (
    <Section
      title="Dependencies and conflicts"
      description="Judged on the software a vehicle would run after the update"
    >
      <AttributeEditor
        items={rules}
        addButtonText="Add a rule"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ name }) => `Remove the rule about ${name || 'nothing yet'}`}
        empty="No rules: it goes with anything that the hardware fits."
        onAddButtonClick={onAdd}
        onRemoveButtonClick={({ detail }) => onChange(rules.filter((_, i) => i !== detail.itemIndex))}
        gridLayout={[{ rows: [[2, 2, 2, 1, 1, 2]], removeButton: { ownRow: false } }]}
        definition={[
          {
            label: 'Rule',
            errorText: faultOfRule,
            control: ({ kind }, i) => (
              <Select
                ariaLabel={`Kind of rule ${i + 1}`}
                options={kinds}
                selectedOption={kinds.find(({ value }) => value === kind) ?? null}
                onChange={({ detail }) =>
                  onChange(
                    replaced(rules, i, {
                      kind: detail.selectedOption.value === 'conflicts' ? 'conflicts' : 'requires',
                    }),
                  )
                }
              />
            ),
          },
          field('ECU role', 'role'),
          field('Software', 'name'),
          field('From version', 'from'),
          field('To version', 'to'),
          field('Why', 'note'),
        ]}
      />
    </Section>
  );
}
