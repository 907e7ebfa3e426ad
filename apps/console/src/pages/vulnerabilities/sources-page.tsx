import type { Source } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { Gate } from '../../shell/gate.tsx';
import { progressText } from '../../shell/job-progress.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { SourceForm } from './source-form.tsx';
import { ProblemsTable } from './source-problems.tsx';
import { kindWords, originWords } from './source-words.ts';

/** How far the job that reads a source has come, while there is one. */
function Reading({ source }: { source: Source }) {
  const job = useQuery({
    ...query('getJob', { params: { id: source.jobId ?? '' } }),
    enabled: source.jobId !== null,
    refetchInterval: 1_500,
  });
  if (source.jobId === null) return <RelativeTime at={source.lastSuccessAt} />;
  return <Link href={paths.job(source.jobId)}>{job.data ? progressText(job.data) : 'Reading'}</Link>;
}

const columns: readonly TableProps.ColumnDefinition<Source>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    cell: ({ id, name }) => <Link href={paths.source(id)}>{name}</Link>,
  },
  { id: 'kind', header: 'Carries', cell: ({ kind }) => kindWords[kind] },
  { id: 'origin', header: 'From', cell: ({ origin }) => originWords[origin] },
  {
    id: 'freshness',
    header: 'Freshness',
    cell: ({ freshness, lastError }) => (
      <span title={lastError ?? undefined}>
        <Status state={freshness} />
      </span>
    ),
  },
  { id: 'records', header: 'Records', cell: ({ records }) => integer(records) },
  {
    id: 'problems',
    header: 'Set aside',
    cell: ({ problems }) => (problems > 0 ? <Status state="medium">{integer(problems)}</Status> : '0'),
  },
  { id: 'lastSuccessAt', header: 'Last read', cell: (source) => <Reading source={source} /> },
  { id: 'lastChangeAt', header: 'Last news', cell: ({ lastChangeAt }) => <RelativeTime at={lastChangeAt} /> },
  {
    id: 'nextAt',
    header: 'Next',
    cell: ({ nextAt, origin }) => <RelativeTime at={nextAt} empty={origin === 'upload' ? 'on upload' : '–'} />,
  },
];

function SourcesTable() {
  const answer = useQuery(query('listSources', {}));
  return (
    <Loaded answer={answer} label="sources" lines={8}>
      {({ items }) => (
        <Table<Source>
          items={[...items]}
          trackBy={({ id }) => id}
          columnDefinitions={columns}
          enableKeyboardNavigation
          ariaLabels={{ tableLabel: 'Sources' }}
          header={
            <Header
              counter={`(${items.length})`}
              description="The product brings none: what is known is what you let in."
            >
              Sources
            </Header>
          }
          empty={
            <Empty
              title="No sources yet"
              next="Without one no vulnerability is known here. Add one above, or from the command line:"
              command='bulkhead sources create --kind advisories --origin upload --name "From suppliers"'
            />
          }
        />
      )}
    </Loaded>
  );
}

/** Where advisories come from, how fresh each is, and what could not be read. */
export function SourcesPage() {
  const [tab, setTab] = useTab('sources');
  const configure = useDenial('vulnerabilities.configure');
  const decide = useDenial('vulnerabilities.decide');
  const [creating, setCreating] = useState(false);
  return (
    <Gate permission="vulnerabilities.read" what="sources" title="Sources">
      <Page
        title="Sources"
        description={<RuleLine rule={4} about="Where advisories come from, and how fresh each is." />}
        actions={
          <Actions>
            <PermittedButton denial={decide} href={paths.newAdvisory()}>
              Write an advisory
            </PermittedButton>
            <PermittedButton denial={configure} variant="primary" onClick={() => setCreating(true)}>
              Add source
            </PermittedButton>
          </Actions>
        }
      >
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            { id: 'sources', label: 'Sources', content: <SourcesTable /> },
            { id: 'problems', label: 'Set aside', content: <ProblemsTable /> },
          ]}
        />
        {creating && <SourceForm onClose={() => setCreating(false)} />}
        <Box variant="small" color="text-body-secondary">
          Advisories are read in the background; findings follow within seconds.
        </Box>
      </Page>
    </Gate>
  );
}
