import { type DecisionScope, decisionStatuses, justifications } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { integer } from '../../ui/time.ts';
import { bodyOf, choicesOf, type DecisionDraft, draftLacks, scopeLacks } from './decision-draft.ts';
import { justificationTexts, periods, scopeTexts, statusTexts } from './decision-words.ts';

interface DecisionFormProps {
  /** Id of the vulnerability: CVE-2026-1234. */
  readonly vulnerability: string;
  /** Narrows every scope to this component version. */
  readonly component?: { readonly id: string; readonly name: string; readonly version: string | null };
  /** The software version that the page is about, chosen at first. */
  readonly softwareId?: string;
  readonly onClose: () => void;
}

const kinds = [
  'software',
  'component',
  'ecu',
  'model',
  'everywhere',
] as const satisfies readonly DecisionScope['kind'][];
const option = <V extends string>(value: V, [label, description]: readonly [string, string]) => ({
  value,
  label,
  description,
});
const statusItems = decisionStatuses.map((status) => option(status, statusTexts[status]));
const justificationItems = justifications.map((word) => option(word, justificationTexts[word]));
const mostChoices = 500;

/** Decides about a vulnerability, with what the decision would cover counted first. */
export function DecisionForm({ vulnerability, component, softwareId, onClose }: DecisionFormProps) {
  const [draft, setDraft] = useState<DecisionDraft>({
    status: 'not-affected',
    justification: undefined,
    kind: softwareId ? 'software' : component ? 'component' : 'everywhere',
    target: softwareId ?? '',
    detail: '',
    evidence: '',
    days: '',
  });
  const [openedAt] = useState(() => new Date());
  const change = (part: Partial<DecisionDraft>) => setDraft((before) => ({ ...before, ...part }));
  const body = bodyOf(draft, vulnerability, component?.id, openedAt);
  const decide = useMutation({
    mutationFn: () => client.createDecision({ body }),
    onSuccess: async ({ covers }) => {
      flash(
        'success',
        `Decided about ${vulnerability}`,
        `${integer(covers.findings)} findings in ${integer(covers.vehicles)} vehicles.`,
      );
      await queryClient.invalidateQueries({ queryKey: [areaOf('createDecision')] });
      onClose();
    },
  });
  return (
    <FormModal
      title={`Decide about ${vulnerability}${component ? ` in ${component.name} ${component.version ?? ''}` : ''}`}
      action="Decide"
      missing={draftLacks(draft)}
      busy={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      <FormField label="Verdict">
        <RadioGroup
          value={draft.status}
          items={statusItems}
          onChange={({ detail }) => {
            const status = decisionStatuses.find((one) => one === detail.value);
            if (status) change({ status });
          }}
        />
      </FormField>
      {draft.status === 'not-affected' && <WhyNot draft={draft} change={change} />}
      <ScopePicker vulnerability={vulnerability} componentId={component?.id} draft={draft} change={change} />
      <FormField label="Explanation" description="What was looked at, and what follows from it">
        <Textarea value={draft.detail} rows={3} onChange={({ detail }) => change({ detail: detail.value })} />
      </FormField>
      <FormField label="Evidence" description="Links or names of documents, one a line; optional">
        <Textarea value={draft.evidence} rows={2} onChange={({ detail }) => change({ evidence: detail.value })} />
      </FormField>
      <FormField label="Holds for" description="It ends earlier where the component changes">
        <Select
          ariaLabel="Holds for"
          options={[...periods]}
          selectedOption={periods.find(({ value }) => value === draft.days) ?? null}
          onChange={({ detail }) => change({ days: detail.selectedOption.value ?? '' })}
        />
      </FormField>
      <Covers draft={draft} body={body} />
    </FormModal>
  );
}

interface PartProps {
  readonly draft: DecisionDraft;
  readonly change: (part: Partial<DecisionDraft>) => void;
}

function WhyNot({ draft, change }: PartProps) {
  return (
    <FormField label="Because">
      <Select
        ariaLabel="Because"
        placeholder="Choose a justification"
        options={justificationItems}
        selectedOption={justificationItems.find(({ value }) => value === draft.justification) ?? null}
        onChange={({ detail }) => {
          const justification = justifications.find((word) => word === detail.selectedOption.value);
          if (justification) change({ justification });
        }}
      />
    </FormField>
  );
}

function ScopePicker(props: PartProps & { readonly vulnerability: string; readonly componentId: string | undefined }) {
  const { draft, change, vulnerability, componentId } = props;
  const answer = useQuery(query('listOccurrences', { params: { ref: vulnerability }, query: { limit: mostChoices } }));
  const choices = choicesOf(answer.data?.items ?? [], componentId);
  const targets = choices[draft.kind];
  const options = kinds
    .filter((kind) => kind !== 'component' || componentId !== undefined)
    .filter((kind) => kind !== 'everywhere' || componentId === undefined)
    .map((kind) => option(kind, scopeTexts[kind]));
  return (
    <>
      <FormField label="Where">
        <Select
          ariaLabel="Where"
          options={options}
          selectedOption={options.find(({ value }) => value === draft.kind) ?? null}
          onChange={({ detail }) => {
            const kind = kinds.find((one) => one === detail.selectedOption.value);
            if (kind) change({ kind, target: choices[kind].length === 1 ? (choices[kind][0]?.value ?? '') : '' });
          }}
        />
      </FormField>
      {draft.kind !== 'everywhere' && draft.kind !== 'component' && (
        <FormField label={scopeTexts[draft.kind][0]}>
          <Select
            ariaLabel={scopeTexts[draft.kind][0]}
            placeholder="Choose"
            statusType={answer.isLoading ? 'loading' : 'finished'}
            loadingText="Loading where it occurs"
            empty="It occurs nowhere"
            filteringType={targets.length > 10 ? 'auto' : 'none'}
            options={targets}
            selectedOption={targets.find(({ value }) => value === draft.target) ?? null}
            onChange={({ detail }) => change({ target: detail.selectedOption.value ?? '' })}
          />
        </FormField>
      )}
    </>
  );
}

/** Consequences first: what the decision would settle, counted by the server. */
function Covers({ draft, body }: { readonly draft: DecisionDraft; readonly body: ReturnType<typeof bodyOf> }) {
  const lacks = scopeLacks(draft);
  const asked = { ref: body.ref, scope: body.scope, status: 'affected', detail: '–', dryRun: true } as const;
  const preview = useQuery({
    queryKey: [areaOf('createDecision'), 'createDecision', asked] as const,
    queryFn: () => client.createDecision({ body: asked }),
    enabled: lacks === undefined,
    placeholderData: keepPreviousData,
  });
  const covers = lacks === undefined ? preview.data?.covers : undefined;
  if (!covers) return <Alert type="info">{lacks ?? 'Counting what it would cover'}</Alert>;
  return (
    <Alert type={covers.findings === 0 ? 'warning' : 'info'}>
      It covers <b>{integer(covers.findings)}</b> findings in <b>{integer(covers.softwareVersions)}</b> software
      versions, which <b>{integer(covers.vehicles)}</b> vehicles run now.
    </Alert>
  );
}
