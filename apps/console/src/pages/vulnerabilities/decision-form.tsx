import { decisionStatuses, type Finding, justifications } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { integer } from '../../ui/time.ts';
import { choicesOf, type DecisionDraft, draftLacks, scopeLacks } from './decision-draft.ts';
import {
  type Covers,
  type DecisionSubject,
  kindsOf,
  send,
  titleOf,
  useReach,
  useWhereabouts,
} from './decision-subject.ts';
import { justificationTexts, periods, scopeTexts, statusTexts } from './decision-words.ts';

interface DecisionFormProps {
  readonly subject: DecisionSubject;
  readonly onClose: () => void;
  readonly onDecided?: () => void;
}

const option = <V extends string>(value: V, [label, description]: readonly [string, string]) => ({
  value,
  label,
  description,
});
const statusItems = decisionStatuses.map((status) => option(status, statusTexts[status]));
const justificationItems = justifications.map((word) => option(word, justificationTexts[word]));

/** Decides about a vulnerability or about findings, with what the decision would cover counted first. */
export function DecisionForm({ subject, onClose, onDecided }: DecisionFormProps) {
  const [draft, setDraft] = useState<DecisionDraft>({
    status: 'not-affected',
    justification: undefined,
    kind: kindsOf(subject).includes('everywhere') ? 'everywhere' : 'component',
    target: '',
    detail: '',
    evidence: '',
    days: '',
  });
  const [openedAt] = useState(() => new Date());
  const change = (part: Partial<DecisionDraft>) => setDraft((before) => ({ ...before, ...part }));
  const decide = useMutation({
    mutationFn: () => send(subject, draft, openedAt),
    onSuccess: async (covers) => {
      flash('success', titleOf(subject).replace('Decide', 'Decided'), `It covers ${reachInWords(covers)}.`);
      await queryClient.invalidateQueries({ queryKey: [areaOf('createDecision')] });
      onDecided?.();
      onClose();
    },
  });
  return (
    <FormModal
      title={titleOf(subject)}
      action="Decide"
      missing={draftLacks(draft)}
      busy={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      {'findings' in subject && <Chosen findings={subject.findings} />}
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
      <ScopePicker subject={subject} draft={draft} change={change} />
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
      <Reach subject={subject} draft={draft} />
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

function ScopePicker({ subject, draft, change }: PartProps & { readonly subject: DecisionSubject }) {
  const { loading, found } = useWhereabouts(subject);
  const choices = choicesOf(found);
  const targets = choices[draft.kind];
  const options = kindsOf(subject).map((kind) => option(kind, scopeTexts[kind]));
  return (
    <>
      <FormField label="Where">
        <Select
          ariaLabel="Where"
          options={options}
          selectedOption={options.find(({ value }) => value === draft.kind) ?? null}
          onChange={({ detail }) => {
            const kind = kindsOf(subject).find((one) => one === detail.selectedOption.value);
            if (kind) change({ kind, target: choices[kind].length === 1 ? (choices[kind][0]?.value ?? '') : '' });
          }}
        />
      </FormField>
      {draft.kind !== 'everywhere' && draft.kind !== 'component' && (
        <FormField label={scopeTexts[draft.kind][0]}>
          <Select
            ariaLabel={scopeTexts[draft.kind][0]}
            placeholder="Choose"
            statusType={loading ? 'loading' : 'finished'}
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

const counted = (count: number, noun: string) => `${integer(count)} ${noun}${count === 1 ? '' : 's'}`;
const reachInWords = ({ findings, softwareVersions, vehicles }: Covers): string =>
  `${counted(findings, 'finding')} in ${counted(softwareVersions, 'software version')}, which ${counted(vehicles, 'vehicle')} now run${vehicles === 1 ? 's' : ''}`;
const shownFindings = 8;

/** The findings that were chosen, so that nobody decides about what is on a page that was left. */
function Chosen({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <FormField label="About">
      <ul className="bh-plain-list">
        {findings.slice(0, shownFindings).map(({ id, ref, component }) => (
          <li key={id}>
            {ref} in {component.name} {component.version ?? ''}
          </li>
        ))}
        {findings.length > shownFindings && <li>and {findings.length - shownFindings} more</li>}
      </ul>
    </FormField>
  );
}

/** Consequences first: what the decision would settle, counted by the server. */
function Reach({ subject, draft }: { readonly subject: DecisionSubject; readonly draft: DecisionDraft }) {
  const lacks = scopeLacks(draft);
  const reach = useReach(subject, draft);
  if (reach.error) return <ProblemAlert error={reach.error} onRetry={() => void reach.refetch()} />;
  const found = lacks === undefined ? reach.data : undefined;
  if (!found) return <Alert type="info">{lacks ?? 'Counting what it would cover'}</Alert>;
  const { covers, outside } = found;
  return (
    <Alert type={covers.findings === 0 || outside > 0 ? 'warning' : 'info'}>
      It covers {reachInWords(covers)}.
      {outside > 0 &&
        ` ${counted(outside, 'chosen finding')} not there: nothing is decided about ${outside === 1 ? 'it' : 'them'}.`}
    </Alert>
  );
}
