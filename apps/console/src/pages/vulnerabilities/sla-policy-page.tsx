import type { SlaPolicy } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { Gate } from '../../shell/gate.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded, Loading } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { AuditTable } from '../access/audit-table.tsx';
import { OutcomeMark } from './marks.tsx';
import {
  criticalityWords,
  isDays,
  outcomeWords,
  policyOf,
  type SlaDraft,
  slaCriticalities,
  slaDraftLacks,
  slaDraftOf,
  slaOddities,
  slaOutcomes,
  withDays,
} from './sla-draft.ts';

interface MatrixProps {
  readonly draft: SlaDraft;
  readonly onChange: ((draft: SlaDraft) => void) | undefined;
}

/** Days by priority and criticality; without the right to change them they are read as text. */
function Matrix({ draft, onChange }: MatrixProps) {
  return (
    <Table
      variant="embedded"
      items={slaOutcomes.map((outcome) => ({ outcome }))}
      trackBy="outcome"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Days until the fix, by priority and criticality' }}
      columnDefinitions={[
        {
          id: 'outcome',
          header: 'Priority',
          isRowHeader: true,
          cell: ({ outcome }) => <OutcomeMark outcome={outcome} />,
        },
        ...slaCriticalities.map((criticality) => ({
          id: criticality,
          header: `Criticality ${criticalityWords[criticality]}`,
          cell: ({ outcome }: { outcome: (typeof slaOutcomes)[number] }) => {
            const days = draft[outcome][criticality];
            if (!onChange) return days === '' ? 'No clock' : `${days} days`;
            return (
              <Input
                type="number"
                inputMode="numeric"
                value={days}
                placeholder="No clock"
                invalid={!isDays(days)}
                ariaLabel={`Days for ${outcomeWords[outcome]}, criticality ${criticalityWords[criticality]}`}
                onChange={({ detail }) => onChange(withDays(draft, outcome, criticality, detail.value))}
              />
            );
          },
        })),
      ]}
    />
  );
}

type Preview = Awaited<ReturnType<typeof client.previewSlaPolicy>>;

function Effect({ open, moved, newlyOverdue, relieved, withoutClock }: Preview) {
  const lines: readonly (readonly [string, string])[] = [
    ['Get another due date', `${integer(moved)} of ${integer(open)}`],
    ['Overdue at once, and their people are told', integer(newlyOverdue)],
    ['Overdue no longer', integer(relieved)],
    ['Without a clock from then on', integer(withoutClock)],
  ];
  return (
    <>
      Of the open cases:
      <ul className="bh-plain-list">
        {lines.map(([what, count]) => (
          <li key={what}>
            {what}: <b>{count}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Asks before it is saved, with what becomes of the open cases counted first. */
function SaveModal({ policy, onSaved, onClose }: { policy: SlaPolicy; onSaved: () => void; onClose: () => void }) {
  const preview = useQuery({
    queryKey: [areaOf('previewSlaPolicy'), 'previewSlaPolicy', policy] as const,
    queryFn: () => client.previewSlaPolicy({ body: policy }),
    staleTime: 0,
  });
  const effect = preview.data;
  return (
    <DangerModal
      title="Change the clocks"
      confirmWord="sla-policy"
      action="Change the clocks"
      consequence={
        preview.error ? (
          <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />
        ) : effect ? (
          <Effect {...effect} />
        ) : (
          <Loading label="what becomes of the open cases" lines={1} />
        )
      }
      onConfirm={async () => {
        await client.putSlaPolicy({ body: policy });
        flash('success', 'The clocks are changed', 'Open cases follow within a minute.');
        await queryClient.invalidateQueries({ queryKey: [areaOf('putSlaPolicy')] });
        onSaved();
      }}
      onClose={onClose}
    />
  );
}

function Policy({ policy }: { policy: SlaPolicy }) {
  const denial = useDenial('vulnerabilities.configure');
  const [changed, setChanged] = useState<SlaDraft>();
  const [saving, setSaving] = useState(false);
  const saved = slaDraftOf(policy);
  const draft = changed ?? saved;
  const oddities = slaOddities(draft);
  return (
    <Section
      title="Days until the fix"
      description="From the day a case opens until the vehicles must report a version without it. Empty = no clock. Time in which a case is paused is added."
      actions={
        <Actions>
          <Button disabled={!changed} onClick={() => setChanged(undefined)}>
            Undo
          </Button>
          <PermittedButton
            variant="primary"
            denial={denial ?? slaDraftLacks(draft, saved)}
            onClick={() => setSaving(true)}
          >
            Save…
          </PermittedButton>
        </Actions>
      }
    >
      <Matrix draft={draft} onChange={denial === undefined ? setChanged : undefined} />
      {oddities.length > 0 && (
        <Alert type="warning" header="More time for what is worse">
          <ul className="bh-plain-list">
            {oddities.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Alert>
      )}
      {saving && (
        <SaveModal policy={policyOf(draft)} onSaved={() => setChanged(undefined)} onClose={() => setSaving(false)} />
      )}
    </Section>
  );
}

/** How long a fix may take, who may change that, and who did. */
export function SlaPolicyPage() {
  const answer = useQuery(query('getSlaPolicy', {}));
  return (
    <Gate permission="vulnerabilities.read" what="the SLA policy" title="SLA policy">
      <Page
        title="SLA policy"
        description={<RuleLine rule={4} about="How long a fix may take." />}
        actions={
          <Actions>
            <CopyAs api="/sla-policy" cli="bulkhead sla-policy show" />
          </Actions>
        }
      >
        <Alert type="info" header="What it decides">
          The priority comes from the SSVC decision table, the criticality from the safety of the ECU&apos;s function.
          UN R155 asks for a reasonable time and names no number. Changing it recalculates every open case; engineers
          and administrators may do so, and each change stands below with the values before and after it.
        </Alert>
        <Loaded answer={answer} label="SLA policy" lines={8}>
          {(policy) => <Policy policy={policy} />}
        </Loaded>
        <AuditTable within={'subject = "sla"'} />
      </Page>
    </Gate>
  );
}
