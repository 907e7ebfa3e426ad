import { operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useMutation, useQuery } from '@tanstack/react-query';
import { client, query } from '../../api.ts';
import { Gate } from '../../shell/gate.tsx';
import { CodeBlock, Copyable } from '../../ui/copyable.tsx';
import { Actions, Page, Stack } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { AuditTable } from './audit-table.tsx';

type Verdict = Awaited<ReturnType<typeof client.verifyAudit>>;

function VerdictAlert({ verdict }: { verdict: Verdict }) {
  if (!verdict.ok) {
    return (
      <Alert type="error" header="The audit log was altered">
        {verdict.fault} {verdict.faultIndex !== null && <>First fault at leaf {verdict.faultIndex}.</>} Keep the
        database as it is and compare it with a backup.
      </Alert>
    );
  }
  return (
    <Alert type="success" header="The audit log is intact">
      {integer(verdict.entries)} entries were hashed again and fit {integer(verdict.checkpoints)} signed checkpoints, in{' '}
      {verdict.seconds.toFixed(2)} s. {integer(verdict.pending)} newer entries wait for the next checkpoint.
    </Alert>
  );
}

function Checkpoint() {
  const answer = useQuery(query('getAuditCheckpoint', {}));
  const verify = useMutation({ mutationFn: () => client.verifyAudit({ body: {} }) });
  return (
    <Section
      title="Checkpoint"
      description="The log is a Merkle tree; each checkpoint signs its root, so that an altered row is found."
      actions={
        <Actions>
          <Button href={operationUrl(operations.exportAudit, {})} download iconName="download">
            Export for verification
          </Button>
          <Button
            variant="primary"
            loading={verify.isPending}
            loadingText={`Hashing ${answer.data ? integer(answer.data.size) : ''} entries`}
            onClick={() => verify.mutate()}
          >
            {verify.isPending && answer.data ? `Verifying ${integer(answer.data.size)} entries` : 'Verify now'}
          </Button>
        </Actions>
      }
    >
      <Stack>
        {verify.data && <VerdictAlert verdict={verify.data} />}
        {verify.error && <ProblemAlert error={verify.error} onRetry={() => verify.mutate()} />}
        <Loaded answer={answer} label="checkpoint" lines={3}>
          {(checkpoint) => (
            <>
              <KeyValuePairs
                columns={3}
                items={[
                  { label: 'Entries in the tree', value: integer(checkpoint.size) },
                  { label: 'Signed', value: <RelativeTime at={checkpoint.at} /> },
                  { label: 'Root hash', value: <Copyable value={checkpoint.rootHash} label="root hash" /> },
                ]}
              />
              {checkpoint.checkpoint && <CodeBlock text={checkpoint.checkpoint} label="signed checkpoint" />}
              <CodeBlock text="bulkhead audit verify" label="command" />
            </>
          )}
        </Loaded>
      </Stack>
    </Section>
  );
}

/** What was done, by whom, and the proof that nobody changed the record. */
export function AuditPage() {
  return (
    <Page title="Audit log" description="Every change, by whom, in a log that cannot be altered unseen.">
      <Gate permission="audit.read" what="the audit log">
        <Checkpoint />
        <AuditTable />
      </Gate>
    </Page>
  );
}
