import type { Dossier } from '@bulkhead/contract';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Checkbox from '@cloudscape-design/components/checkbox';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import type { FormProps } from './dossier-sections.ts';
import { Block, replaced, signals } from './fields.tsx';
import { measured, signalTexts } from './update-words.ts';

const line = (label: string, value: string, onChange: (text: string) => void) => (
  <Input ariaLabel={label} value={value} onChange={({ detail }) => onChange(detail.value)} />
);

/** 7.1.2.5 b and c: systems and functions, and which are type-approved. */
export function AffectedForm({ dossier: { affected }, onChange }: FormProps) {
  const set = (i: number, change: Partial<Dossier['affected'][number]>) =>
    onChange({ affected: replaced(affected, i, change) });
  return (
    <AttributeEditor
      items={affected}
      addButtonText="Add a system"
      removeButtonText="Remove"
      removeButtonAriaLabel={({ system }) => `Remove ${system || 'this system'}`}
      empty="No system is named yet."
      onAddButtonClick={() => onChange({ affected: [...affected, { system: '', functions: '', typeApproved: false }] })}
      onRemoveButtonClick={({ detail }) => onChange({ affected: affected.filter((_, i) => i !== detail.itemIndex) })}
      definition={[
        { label: 'System', control: ({ system }, i) => line('System', system, (text) => set(i, { system: text })) },
        {
          label: 'Functions',
          control: ({ functions }, i) => line('Functions', functions, (text) => set(i, { functions: text })),
        },
        {
          label: 'Type-approved',
          control: ({ typeApproved }, i) => (
            <Checkbox checked={typeApproved} onChange={({ detail }) => set(i, { typeApproved: detail.checked })}>
              Yes
            </Checkbox>
          ),
        },
        {
          label: 'Regulation',
          control: ({ regulation = '', typeApproved }, i) =>
            typeApproved ? line('Regulation', regulation, (text) => set(i, { regulation: text })) : '–',
        },
      ]}
    />
  );
}

export function ReportsForm({ dossier: { verification }, onChange }: FormProps) {
  const { reports } = verification;
  type Report = (typeof reports)[number];
  const put = (next: Report[]) => onChange({ verification: { ...verification, reports: next } });
  const set = (i: number, change: Partial<Report>) => put(replaced(reports, i, change));
  return (
    <>
      <Block
        label="What was verified and validated"
        value={verification.summary}
        onChange={(summary) => onChange({ verification: { ...verification, summary } })}
      />
      <AttributeEditor
        items={reports}
        addButtonText="Add a report"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ title }) => `Remove ${title || 'this report'}`}
        empty="No report is named yet."
        onAddButtonClick={() => put([...reports, { title: '', reference: '' }])}
        onRemoveButtonClick={({ detail }) => put(reports.filter((_, i) => i !== detail.itemIndex))}
        definition={[
          { label: 'Report', control: ({ title }, i) => line('Report', title, (text) => set(i, { title: text })) },
          {
            label: 'Reference',
            control: ({ reference }, i) => line('Reference', reference, (text) => set(i, { reference: text })),
          },
        ]}
      />
    </>
  );
}

/** 7.2.2.5: what the vehicle must report before the update starts. */
export function PreconditionsForm({ dossier: { preconditions }, onChange }: FormProps) {
  const options = signals.map((value) => ({ value, label: signalTexts[value] }));
  const set = (i: number, change: Partial<Dossier['preconditions'][number]>) =>
    onChange({ preconditions: replaced(preconditions, i, change) });
  return (
    <AttributeEditor
      items={preconditions}
      addButtonText="Add a precondition"
      removeButtonText="Remove"
      removeButtonAriaLabel={({ signal }) => `Remove ${signalTexts[signal]}`}
      empty="No precondition: it may start at any time."
      onAddButtonClick={() => onChange({ preconditions: [...preconditions, { signal: 'parked' }] })}
      onRemoveButtonClick={({ detail }) =>
        onChange({ preconditions: preconditions.filter((_, i) => i !== detail.itemIndex) })
      }
      definition={[
        {
          label: 'Signal',
          control: ({ signal }, i) => (
            <Select
              ariaLabel="Signal"
              options={options}
              selectedOption={options.find(({ value }) => value === signal) ?? null}
              onChange={({ detail }) => {
                const next = signals.find((value) => value === detail.selectedOption.value);
                if (next)
                  onChange({ preconditions: preconditions.map((one, k) => (k === i ? { signal: next } : one)) });
              }}
            />
          ),
        },
        {
          label: 'At least',
          control: ({ signal, minimum }, i) =>
            measured.has(signal) ? (
              <Input
                type="number"
                inputMode="decimal"
                ariaLabel={`${signalTexts[signal]} at least (${measured.get(signal)})`}
                value={minimum === undefined ? '' : String(minimum)}
                onChange={({ detail }) => set(i, { minimum: Number(detail.value) || 0 })}
              />
            ) : (
              '–'
            ),
        },
      ]}
    />
  );
}
