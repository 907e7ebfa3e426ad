import type { Import } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { cancelJob, JobProgress } from '../../shell/job-progress.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { ImportErrors } from './import-errors.tsx';
import { ImportTransfer } from './import-transfer.tsx';

function Running({ jobId }: { jobId: string }) {
  const denial = useDenial('jobs.cancel');
  const answer = useQuery({ ...query('getJob', { params: { id: jobId } }), refetchInterval: 1000 });
  return (
    <Section
      title="Reading the file"
      actions={
        <PermittedButton denial={denial} onClick={() => void cancelJob(jobId)}>
          Cancel
        </PermittedButton>
      }
    >
      <Loaded answer={answer} label="progress" lines={2}>
        {(job) => <JobProgress job={job} variant="standalone" />}
      </Loaded>
    </Section>
  );
}

function Summary({ bulk }: { bulk: Import }) {
  return (
    <Section title="Summary">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'State', value: <Status state={bulk.state} /> },
          { label: 'Kind', value: `${bulk.kind} (${bulk.format})` },
          { label: 'Received', value: bytes(bulk.received) },
          { label: 'Started', value: <RelativeTime at={bulk.createdAt} /> },
          { label: 'Rows read', value: integer(bulk.rows) },
          { label: 'Accepted', value: integer(bulk.accepted) },
          {
            label: 'Refused',
            value: bulk.refused > 0 ? <Status state="medium">{integer(bulk.refused)}</Status> : '0',
          },
          { label: 'By', value: bulk.createdBy },
        ]}
      />
    </Section>
  );
}

/** One bulk import: its upload, its progress, the rows that were refused. */
export function ImportPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery({
    ...query('getImport', { params: { id } }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1000 : false),
  });
  return (
    <Page
      title={answer.data ? `Import of ${answer.data.name}` : 'Import'}
      actions={
        <Actions>
          <CopyAs api={`/imports/${id}`} cli={`bulkhead imports show ${id}`} />
        </Actions>
      }
    >
      <Loaded answer={answer} label="import">
        {(bulk) => (
          <>
            {bulk.state === 'uploading' && <ImportTransfer key={bulk.id} bulk={bulk} />}
            {bulk.state === 'running' && bulk.jobId && <Running jobId={bulk.jobId} />}
            <Summary bulk={bulk} />
            {bulk.refused > 0 && <ImportErrors bulk={bulk} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
