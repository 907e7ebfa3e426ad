import type { DecisionDetail, DecisionPlace } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { justificationTexts, originTexts } from './decision-words.ts';
import { VulnerabilityLink } from './marks.tsx';

/** One decision: what it says, why, and the places where it holds, is overruled, or does not fit any more. */
export function DecisionPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getDecision', { params: { id } }));
  const denial = useDenial('vulnerabilities.decide');
  const [withdrawing, setWithdrawing] = useState(false);
  const found = answer.data;
  const ended = found && found.state !== 'active' ? `The decision is ${found.state} already` : undefined;
  return (
    <Page
      title={found ? `Decision about ${found.ref}` : 'Decision'}
      description={<RuleLine rule={4} about={found?.scopeText ?? 'What was decided about a vulnerability.'} />}
      actions={
        <Actions>
          <CopyAs api={`/decisions/${id}`} cli={`bulkhead decisions show ${id}`} />
          <PermittedButton denial={denial ?? ended} onClick={() => setWithdrawing(true)}>
            Withdraw…
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="decision" lines={10}>
        {(decision) => (
          <>
            <Section title="What was decided" description={decision.detail}>
              <Facts decision={decision} />
            </Section>
            <Places decision={decision} />
          </>
        )}
      </Loaded>
      {withdrawing && <Withdraw id={id} findings={found?.findings ?? 0} onClose={() => setWithdrawing(false)} />}
    </Page>
  );
}

function Facts({ decision }: { decision: DecisionDetail }) {
  const { justification, evidence, components, endedAt, endedBecause } = decision;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: 'Verdict', value: <Status state={decision.status} /> },
        { label: 'Because', value: justification === null ? '–' : justificationTexts[justification][0] },
        { label: 'Decision is', value: <Status state={decision.state} /> },
        { label: 'Vulnerability', value: <VulnerabilityLink id={decision.ref} /> },
        { label: 'Author', value: `${decision.author} (${originTexts[decision.origin].toLowerCase()})` },
        { label: 'Entered by', value: decision.createdBy },
        { label: 'Decided', value: <RelativeTime at={decision.createdAt} /> },
        { label: 'Expires', value: <RelativeTime at={decision.expiresAt} empty="No date" /> },
        {
          label: 'Made for',
          value: components.map(({ name, version }) => `${name} ${version ?? ''}`.trim()).join(', ') || '–',
        },
        { label: 'Findings in its scope', value: integer(decision.findings) },
        {
          label: 'Evidence',
          value: evidence.length > 0 ? evidence.map((one) => <Evidence key={one} text={one} />) : '–',
        },
        {
          label: 'Ended',
          value:
            endedAt === null ? (
              '–'
            ) : (
              <>
                <RelativeTime at={endedAt} />: {endedBecause}
              </>
            ),
        },
      ]}
    />
  );
}

/** Only web addresses become links: evidence is text that somebody typed. */
function Evidence({ text }: { text: string }) {
  const isAddress = /^https?:\/\//.test(text);
  return (
    <div>
      {isAddress ? (
        <Link external href={text}>
          {text}
        </Link>
      ) : (
        text
      )}
    </div>
  );
}

const standings: Readonly<Record<DecisionPlace['standing'], readonly [state: string, text: string]>> = {
  holds: ['valid', 'Holds'],
  overruled: ['superseded', 'Another decision counts'],
  changed: ['open', 'Open: the component changed'],
};

function Places({ decision: { places, state } }: { decision: DecisionDetail }) {
  return (
    <Section
      title="Where"
      counter={`(${integer(places.length)})`}
      description="Places within its scope, as they are now"
    >
      <Table<DecisionPlace>
        variant="embedded"
        items={[...places]}
        trackBy={({ findingId, software, standing }) => `${findingId} ${software.id} ${standing}`}
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'Where it holds' }}
        columnDefinitions={[
          {
            id: 'component',
            header: 'Component',
            isRowHeader: true,
            cell: ({ findingId, component }) => (
              <Link href={paths.finding(findingId)}>
                {component.name} {component.version ?? ''}
              </Link>
            ),
          },
          {
            id: 'software',
            header: 'Software',
            cell: ({ software }) => (
              <Link href={paths.software(software.id)}>
                {software.name} {software.version}
              </Link>
            ),
          },
          {
            id: 'roles',
            header: 'ECUs',
            cell: ({ roles }) =>
              roles.map(({ model, role }) => `${role} of ${model}`).join(', ') || 'In no vehicle yet',
          },
          {
            id: 'standing',
            header: 'Here',
            cell: ({ standing, overruledBy }) => (
              <Status state={standings[standing][0]}>
                {overruledBy === null ? (
                  standings[standing][1]
                ) : (
                  <Link href={paths.decision(overruledBy)}>{standings[standing][1]}</Link>
                )}
              </Status>
            ),
          },
        ]}
        empty={
          <Empty
            title="Nowhere"
            next={state === 'active' ? 'Nothing in its scope has a finding now.' : 'The decision has ended.'}
          />
        }
      />
    </Section>
  );
}

function Withdraw({ id, findings, onClose }: { id: string; findings: number; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const withdraw = useMutation({
    mutationFn: () => client.withdrawDecision({ params: { id }, body: { reason: reason.trim() } }),
    onSuccess: async () => {
      flash('success', 'The decision is withdrawn', 'What it covered is open again, unless another decision holds.');
      await queryClient.invalidateQueries({ queryKey: [areaOf('listDecisions')] });
      onClose();
    },
  });
  return (
    <FormModal
      title={`Withdraw the decision: ${integer(findings)} findings may be open again`}
      action="Withdraw"
      missing={reason.trim() ? undefined : 'Say why'}
      busy={withdraw.isPending}
      error={withdraw.error}
      onSubmit={() => withdraw.mutate()}
      onClose={onClose}
    >
      <FormField label="Reason" description="For the audit log">
        <Textarea value={reason} rows={3} onChange={({ detail }) => setReason(detail.value)} />
      </FormField>
    </FormModal>
  );
}
