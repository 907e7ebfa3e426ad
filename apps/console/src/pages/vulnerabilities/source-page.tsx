import type { Source } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { cancelJob, JobProgress } from '../../shell/job-progress.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded, Loading } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { SourceForm } from './source-form.tsx';
import { ProblemsTable } from './source-problems.tsx';
import { SourceUpload } from './source-upload.tsx';
import { everyInWords, kindWords, originWords } from './source-words.ts';

const refresh = () => queryClient.invalidateQueries({ queryKey: [areaOf('listSources')] });

function Running({ jobId, removing }: { jobId: string; removing: boolean }) {
  const denial = useDenial('jobs.cancel');
  const answer = useQuery({ ...query('getJob', { params: { id: jobId } }), refetchInterval: 1_000 });
  return (
    <Section
      title={removing ? 'Being removed' : 'Being read'}
      actions={
        <PermittedButton
          denial={denial ?? (removing ? 'A removal goes on to its end' : undefined)}
          onClick={() => void cancelJob(jobId)}
        >
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

function Summary({ source }: { source: Source }) {
  const { origin, quietAfterDays } = source;
  const own = origin === 'own';
  return (
    <Section title="Summary">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Freshness', value: <Status state={source.freshness} /> },
          { label: 'Carries', value: kindWords[source.kind] },
          { label: 'Comes from', value: originWords[origin] },
          { label: 'Where', value: <span className="bh-break">{source.location ?? '–'}</span> },
          { label: 'Records', value: integer(source.records) },
          { label: 'Last read', value: <RelativeTime at={source.lastSuccessAt} /> },
          { label: 'Last news', value: <RelativeTime at={source.lastChangeAt} /> },
          { label: 'Last tried', value: <RelativeTime at={source.lastAttemptAt} /> },
          {
            label: 'Read',
            value: own || origin === 'upload' ? 'when something arrives' : everyInWords(source.everyMinutes),
          },
          { label: 'Next', value: <RelativeTime at={source.nextAt} empty="–" /> },
          { label: 'Out of date after', value: own ? 'never' : `${integer(source.staleAfterHours)} hours` },
          { label: 'Quiet after', value: quietAfterDays === null ? 'never' : `${integer(quietAfterDays)} days` },
        ]}
      />
    </Section>
  );
}

function DeleteSource({ source, onClose }: { source: Source; onClose: () => void }) {
  const navigate = useNavigate();
  const count = useQuery({
    queryKey: ['vulnerabilities', 'deleteSource', source.id],
    queryFn: () => client.deleteSource({ params: { id: source.id }, query: { dryRun: true } }),
    staleTime: 0,
  });
  return (
    <DangerModal
      title={`Delete ${source.name}`}
      confirmWord={source.name}
      action="Delete source"
      consequence={
        count.data ? (
          <>
            Removes <b>{integer(count.data.records)}</b> records. <b>{integer(count.data.findings)}</b> findings that no
            other source proves vanish, with the decisions about them left without effect.
          </>
        ) : (
          <Loading label="what goes with it" lines={1} />
        )
      }
      onConfirm={async () => {
        await client.deleteSource({ params: { id: source.id }, query: {} });
        flash('success', `Source ${source.name} is being removed`);
        await refresh();
        await navigate({ to: paths.sources() });
      }}
      onClose={onClose}
    />
  );
}

type Dialog = 'edit' | 'delete' | 'upload';

function SourceActions({ source, open }: { source: Source | undefined; open: (dialog: Dialog) => void }) {
  const denial = useDenial('vulnerabilities.configure');
  const state =
    source === undefined
      ? 'The source is not loaded'
      : source.freshness === 'removing'
        ? 'It is being removed'
        : undefined;
  const sync = useMutation({
    mutationFn: ({ id, full }: { id: string; full: boolean }) => client.syncSource({ params: { id }, body: { full } }),
    onSuccess: () => void refresh(),
    onError: flashFailure,
  });
  const busy = source?.jobId ? 'It is being read' : undefined;
  const reads = source?.origin === 'url' || source?.origin === 'directory';
  const own = source?.origin === 'own' ? 'Own advisories are withdrawn one by one' : undefined;
  return (
    <Actions>
      {source && <CopyAs api={`/advisory-sources/${source.id}`} cli={`bulkhead sources show ${source.id}`} />}
      <PermittedButton denial={denial ?? state ?? own} onClick={() => open('delete')}>
        Delete…
      </PermittedButton>
      <PermittedButton denial={denial ?? state ?? own} onClick={() => open('edit')}>
        Change
      </PermittedButton>
      {reads && (
        <PermittedButton
          denial={denial ?? state ?? busy}
          onClick={() => source && sync.mutate({ id: source.id, full: true })}
        >
          Read everything again
        </PermittedButton>
      )}
      {reads && (
        <PermittedButton
          denial={denial ?? state ?? busy}
          variant="primary"
          loading={sync.isPending}
          onClick={() => source && sync.mutate({ id: source.id, full: false })}
        >
          Read now
        </PermittedButton>
      )}
      {source?.origin === 'upload' && (
        <PermittedButton denial={denial ?? state} variant="primary" onClick={() => open('upload')}>
          Upload a file
        </PermittedButton>
      )}
    </Actions>
  );
}

/** One source: how fresh it is, what is being read, what could not be read. */
export function SourcePage() {
  const { id = '' } = useParams({ strict: false });
  const [dialog, setDialog] = useState<Dialog>();
  const answer = useQuery({
    ...query('getSource', { params: { id } }),
    refetchInterval: ({ state }) => (state.data?.jobId ? 1_500 : false),
  });
  const source = answer.data;
  const close = () => setDialog(undefined);
  return (
    <Page
      title={source?.name ?? 'Source'}
      description={<RuleLine rule={4} about="How fresh it is, and what could not be read." />}
      actions={<SourceActions source={source} open={setDialog} />}
    >
      <Loaded answer={answer} label="source">
        {(loaded) => (
          <>
            {loaded.lastError && (
              <Alert type="error" header="It could not be read, or not to its end">
                {loaded.lastError}
              </Alert>
            )}
            {loaded.jobId && <Running jobId={loaded.jobId} removing={loaded.freshness === 'removing'} />}
            <Summary source={loaded} />
            {loaded.problems > 0 && <ProblemsTable source={loaded.name} />}
          </>
        )}
      </Loaded>
      {source && dialog === 'edit' && <SourceForm source={source} onClose={close} />}
      {source && dialog === 'upload' && <SourceUpload source={source} onClose={close} />}
      {source && dialog === 'delete' && <DeleteSource source={source} onClose={close} />}
    </Page>
  );
}
