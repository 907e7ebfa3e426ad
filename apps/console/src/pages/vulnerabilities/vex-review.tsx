import type { VexStatement } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Link from '@cloudscape-design/components/link';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Status } from '../../ui/status.tsx';
import { signatureTexts } from './decision-words.ts';

interface Side {
  readonly id: string;
  readonly author: string;
  readonly says: string;
  readonly why: string;
  readonly at: string | null;
  readonly standing: string;
  readonly proof: string;
}

/** What is said about the same vulnerability: other statements that stand, and decisions that hold. */
function useSides(statement: VexStatement): Side[] {
  const filter = `ref = ${quoted(statement.ref)}`;
  const statements = useQuery(
    query('listVexStatements', { query: { filter: `${filter} and state != superseded`, limit: 50 } }),
  );
  const decisions = useQuery(
    query('listDecisions', {
      query: { filter: `${filter} and state = active and author != ${quoted(statement.author)}`, limit: 50 },
    }),
  );
  const said = (statements.data?.items ?? [])
    .filter(({ id }) => id !== statement.id)
    .map((one) => ({
      id: one.id,
      author: one.author,
      says: one.status,
      why: [one.product, one.justification, one.detail].filter(Boolean).join(' · '),
      at: one.statedAt,
      standing: one.state,
      proof: signatureTexts[one.signature],
    }));
  const decided = (decisions.data?.items ?? []).map((one) => ({
    id: one.id,
    author: one.author,
    says: one.status,
    why: [one.scopeText, one.detail].join(' · '),
    at: one.createdAt,
    standing: 'active',
    proof: 'Decided here',
  }));
  return [...decided, ...said];
}

/** A statement beside what others say about the same vulnerability, for a person to apply or to turn down. */
export function StatementReview({ statement, onClose }: { statement: VexStatement; onClose: () => void }) {
  const [action, setAction] = useState<'apply' | 'reject'>('apply');
  const [reason, setReason] = useState('');
  const denial = useDenial('vulnerabilities.decide');
  const waits = statement.state === 'proposed' || statement.state === 'conflicting' || statement.state === 'unresolved';
  const sides = useSides(statement);
  const resolve = useMutation({
    mutationFn: () =>
      client.resolveVexStatement({ params: { id: statement.id }, body: { action, reason: reason.trim() } }),
    onSuccess: async ({ state }) => {
      flash('success', `The statement is ${state}`);
      await queryClient.invalidateQueries({ queryKey: [areaOf('listVexStatements')] });
      onClose();
    },
  });
  const unready =
    action === 'apply' && statement.state === 'unresolved' ? 'It names nothing that is known here' : undefined;
  const missing = waits
    ? (denial ?? unready ?? (reason.trim() ? undefined : 'Say why'))
    : 'It does not wait for a person';
  const own: Side = {
    id: statement.id,
    author: `${statement.author} (this one)`,
    says: statement.status,
    why: [statement.product, statement.justification, statement.detail].filter(Boolean).join(' · '),
    at: statement.statedAt,
    standing: statement.state,
    proof: signatureTexts[statement.signature],
  };
  return (
    <FormModal
      title={`${statement.ref}: what is said`}
      action={action === 'apply' ? 'Apply' : 'Turn down'}
      missing={missing}
      busy={resolve.isPending}
      error={resolve.error}
      onSubmit={() => resolve.mutate()}
      onClose={onClose}
    >
      <Alert type={statement.state === 'conflicting' ? 'warning' : 'info'}>
        {statement.note}{' '}
        {statement.decisionId && <Link href={paths.decision(statement.decisionId)}>The decision it led to</Link>}
        {statement.decidedBecause && ` ${statement.decidedBy}: ${statement.decidedBecause}`}
      </Alert>
      <Table<Side>
        variant="embedded"
        items={[own, ...sides]}
        trackBy={({ id }) => id}
        wrapLines
        ariaLabels={{ tableLabel: 'What is said about it' }}
        columnDefinitions={[
          {
            id: 'author',
            header: 'Who',
            isRowHeader: true,
            cell: ({ author, proof }) => (
              <>
                {author}
                <br />
                {proof}
              </>
            ),
          },
          {
            id: 'says',
            header: 'Says',
            cell: ({ says, standing }) => (
              <>
                <Status state={says} />
                <br />
                {standing}
              </>
            ),
          },
          { id: 'at', header: 'When', cell: ({ at }) => <RelativeTime at={at} empty="–" /> },
          { id: 'why', header: 'About what, and why', cell: ({ why }) => why },
        ]}
      />
      {waits && (
        <>
          <FormField label="You decide">
            <RadioGroup
              value={action}
              onChange={({ detail }) => setAction(detail.value === 'apply' ? 'apply' : 'reject')}
              items={[
                {
                  value: 'apply',
                  label: 'Apply',
                  description: `It becomes a decision for ${statement.components} component versions`,
                },
                {
                  value: 'reject',
                  label: 'Turn down',
                  description: 'Nothing changes; the statement stays in the list',
                },
              ]}
            />
          </FormField>
          <FormField label="Reason" description="For the audit log">
            <Textarea value={reason} rows={2} onChange={({ detail }) => setReason(detail.value)} />
          </FormField>
        </>
      )}
    </FormModal>
  );
}
