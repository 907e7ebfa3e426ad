import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { cancelJob, JobProgress } from '../../shell/job-progress.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { AbsoluteTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

/** One job: progress with a number, cancel, result. */
export function JobPage() {
  const { id = '' } = useParams({ strict: false });
  const denial = useDenial('jobs.cancel');
  const answer = useQuery({
    ...query('getJob', { params: { id } }),
    refetchInterval: ({ state }) => (state.data?.endedAt ? false : 1000),
  });
  const job = answer.data;
  const ended = job?.endedAt ? 'The job has ended' : undefined;
  return (
    <Page
      title={job?.title ?? 'Job'}
      actions={
        <Actions>
          <CopyAs api={`/jobs/${id}`} cli={`bulkhead jobs show ${id}`} />
          <PermittedButton denial={denial ?? ended} onClick={() => void cancelJob(id)}>
            Cancel job
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="job">
        {(loaded) => (
          <>
            {!loaded.endedAt && (
              <Section title="Progress">
                <JobProgress job={loaded} variant="standalone" />
              </Section>
            )}
            {loaded.error && (
              <Alert type="error" header="The job failed">
                {loaded.error}
              </Alert>
            )}
            <Section title="Summary">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'State', value: <Status state={loaded.state} /> },
                  { label: 'Kind', value: loaded.kind },
                  { label: 'By', value: loaded.createdBy },
                  { label: 'Created', value: <AbsoluteTime at={loaded.createdAt} /> },
                  { label: 'Started', value: <AbsoluteTime at={loaded.startedAt} empty="not yet" /> },
                  { label: 'Ended', value: <AbsoluteTime at={loaded.endedAt} empty="not yet" /> },
                ]}
              />
            </Section>
            {loaded.result && (
              <Section title="Result">
                <CodeBlock text={JSON.stringify(loaded.result, null, 2)} label="result" />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
