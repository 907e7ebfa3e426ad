import type { QualityRule, SbomGate } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

function GateForm({
  gate,
  rules,
  onClose,
}: {
  gate: SbomGate | undefined;
  rules: readonly QualityRule[];
  onClose: () => void;
}) {
  const [supplier, setSupplier] = useState(gate?.supplier ?? '*');
  const [score, setScore] = useState(String(gate?.minimumScore ?? 50));
  const [required, setRequired] = useState<readonly string[]>(gate?.requiredRules ?? []);
  const put = useMutation({
    mutationFn: () =>
      client.putSbomGate({
        params: { supplier: supplier.trim() },
        body: { minimumScore: Number(score), requiredRules: [...required] },
      }),
    onSuccess: async () => {
      flash('success', 'The gate is set; it holds for uploads from now on');
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
  });
  const validScore = /^\d{1,3}$/.test(score) && Number(score) <= 100;
  const options = rules.map(({ id, title, standard }) => ({ value: id, label: title, description: standard }));
  return (
    <FormModal
      title={gate ? 'Change the gate' : 'Set a gate'}
      action="Set gate"
      missing={supplier.trim() && validScore ? undefined : 'A supplier and a score from 0 to 100 are needed'}
      busy={put.isPending}
      error={put.error}
      onSubmit={() => put.mutate()}
      onClose={onClose}
    >
      <FormField
        label="Supplier"
        description="As software versions name it; * is every supplier without a gate of its own"
      >
        <Input value={supplier} disabled={gate !== undefined} onChange={({ detail }) => setSupplier(detail.value)} />
      </FormField>
      <FormField
        label="Least score"
        description="0 to 100"
        errorText={validScore ? undefined : 'A number from 0 to 100'}
      >
        <Input type="number" inputMode="numeric" value={score} onChange={({ detail }) => setScore(detail.value)} />
      </FormField>
      <FormField label="Rules that must be kept" description="In full: not one component may break them">
        <Multiselect
          selectedOptions={options.filter(({ value }) => required.includes(value))}
          options={options}
          filteringType="auto"
          placeholder="None"
          deselectAriaLabel={({ label }) => `Remove ${label ?? ''}`}
          onChange={({ detail }) => setRequired(detail.selectedOptions.map(({ value }) => value ?? ''))}
        />
      </FormField>
    </FormModal>
  );
}

function GateActions({ gate, onChange }: { gate: SbomGate; onChange: (gate: SbomGate) => void }) {
  const denial = useDenial('inventory.write');
  const remove = useMutation({
    mutationFn: () => client.deleteSbomGate({ params: { supplier: gate.supplier } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['inventory'] }),
    onError: flashFailure,
  });
  return (
    <>
      <PermittedButton
        denial={denial}
        variant="inline-link"
        ariaLabel={`Change the gate of ${gate.supplier}`}
        onClick={() => onChange(gate)}
      >
        Change…
      </PermittedButton>{' '}
      <PermittedButton
        denial={denial}
        variant="inline-link"
        ariaLabel={`Remove the gate of ${gate.supplier}`}
        loading={remove.isPending}
        onClick={() => remove.mutate()}
      >
        Remove
      </PermittedButton>
    </>
  );
}

const columnsWith = (
  rules: readonly QualityRule[],
  onChange: (gate: SbomGate) => void,
): readonly Column<SbomGate>[] => {
  const titles = new Map(rules.map(({ id, title }) => [id, title]));
  return [
    {
      id: 'supplier',
      header: 'Supplier',
      rowHeader: true,
      width: 220,
      cell: ({ supplier }) => (supplier === '*' ? 'Every other supplier' : supplier),
    },
    { id: 'score', header: 'Least score', width: 120, cell: ({ minimumScore }) => minimumScore },
    {
      id: 'rules',
      header: 'Rules that must be kept',
      width: 420,
      cell: ({ requiredRules }) => requiredRules.map((id) => titles.get(id) ?? id).join('; ') || '–',
    },
    { id: 'updated', header: 'Set', width: 130, cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
    { id: 'by', header: 'By', width: 150, cell: ({ updatedBy }) => updatedBy },
    { id: 'actions', header: 'Actions', width: 170, cell: (gate) => <GateActions gate={gate} onChange={onChange} /> },
  ];
};

/** What SBOMs of suppliers must reach to be used without a person's word. */
export function SbomGatesPage() {
  const denial = useDenial('inventory.write');
  const gates = useQuery(query('listSbomGates', {}));
  const rules = useQuery(query('listSbomRules', {}));
  const [editing, setEditing] = useState<SbomGate | 'new'>();
  const known = rules.data?.items ?? [];
  return (
    <Page
      title="Intake gates"
      description={
        <RuleLine rule={2} about="An SBOM below its gate is kept, but not used until somebody accepts it." />
      }
      actions={
        <PermittedButton denial={denial} variant="primary" onClick={() => setEditing('new')}>
          Set a gate
        </PermittedButton>
      }
    >
      <Loaded answer={gates} label="gates">
        {({ items }) => (
          <LocalTable
            title="Gates"
            noun="gates"
            items={items}
            columns={columnsWith(known, setEditing)}
            rowId={({ supplier }) => supplier}
            empty={
              <Empty
                title="No gates yet"
                next="Every SBOM is used, however poor. Set a gate for all suppliers, or for one:"
                command="bulkhead sbom-gates put SUPPLIER --minimum-score 60 --required-rules ntia.version"
              />
            }
          />
        )}
      </Loaded>
      {editing && denial === undefined && (
        <GateForm gate={editing === 'new' ? undefined : editing} rules={known} onClose={() => setEditing(undefined)} />
      )}
    </Page>
  );
}
