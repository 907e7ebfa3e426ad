import type { CaseDetail } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { SoftwareLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { FixDialog, NoteDialog, OwnerDialog, PauseDialog, RequestDialog } from './case-dialogs.tsx';
import { Due } from './cases-page.tsx';
import { FieldProgress } from './field-progress.tsx';
import { OutcomeMark, SeverityMark, VulnerabilityLink } from './marks.tsx';

const dialogs = {
  pause: PauseDialog,
  fix: FixDialog,
  ask: RequestDialog,
  note: NoteDialog,
  owner: OwnerDialog,
} as const;
type Dialog = keyof typeof dialogs;
const closedWords = {
  'fixed-in-field': 'Closed: every vehicle that carries it reports a version without it.',
  'not-affected': 'Closed: decided as not affected or fixed in every version.',
  withdrawn: 'Closed: its sources have withdrawn the vulnerability.',
  gone: 'Closed: no vehicle carries the program in a version that it concerns.',
} as const;

function Summary({ item }: { item: CaseDetail }) {
  return (
    <Section title="Where it stands">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'State', value: <Status state={item.state} /> },
          { label: 'Due', value: <Due dueAt={item.dueAt} overdue={item.overdue} /> },
          { label: 'Owner', value: item.owner?.name ?? 'Nobody' },
          { label: 'Priority', value: <OutcomeMark outcome={item.outcome} /> },
          { label: 'Vulnerability', value: <VulnerabilityLink id={item.ref} /> },
          { label: 'Severity as published', value: <SeverityMark severity={item.severity} cvss={null} /> },
          { label: 'Program', value: `${item.software} of ${item.supplier}, on ECUs for ${item.function}` },
          { label: 'Criticality', value: item.criticality.replace('-', ' ') },
          {
            label: 'Fixed by',
            value: item.fix ? (
              <SoftwareLink id={item.fix.softwareId} name={`${item.software} ${item.fix.version}`} />
            ) : (
              'no version named yet'
            ),
          },
          { label: 'Shipped by', value: item.campaign ?? '–' },
          { label: 'Opened', value: <RelativeTime at={item.openedAt} /> },
          { label: 'In the field', value: <FieldProgress vehicles={item.vehicles} /> },
        ]}
      />
    </Section>
  );
}

function Versions({ item }: { item: CaseDetail }) {
  const rows = [
    ...item.affectedVersions.map((one) => ({ ...one, carries: true })),
    ...item.fixedVersions.map((one) => ({ ...one, carries: false })),
  ];
  return (
    <Table
      items={rows}
      trackBy="softwareId"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Versions of the program' }}
      header={<Box variant="h2">Versions of {item.software}</Box>}
      columnDefinitions={[
        {
          id: 'version',
          header: 'Version',
          isRowHeader: true,
          cell: ({ softwareId, version }) => <SoftwareLink id={softwareId} name={version} />,
        },
        {
          id: 'carries',
          header: 'Carries it',
          cell: ({ carries }) => <Status state={carries ? 'affected' : 'not-affected'} />,
        },
        { id: 'vehicles', header: 'Vehicles', cell: ({ vehicles }) => integer(vehicles) },
      ]}
    />
  );
}

function Requests({ item: { requests } }: { item: CaseDetail }) {
  if (requests.length === 0) return null;
  return (
    <Table
      items={requests}
      trackBy="id"
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Asked of the supplier' }}
      header={<Box variant="h2">Asked of the supplier</Box>}
      columnDefinitions={[
        { id: 'question', header: 'Question', isRowHeader: true, cell: ({ question }) => question },
        { id: 'sentAt', header: 'Asked', cell: ({ sentAt }) => <RelativeTime at={sentAt} /> },
        { id: 'dueAt', header: 'Answer due', cell: ({ dueAt }) => <RelativeTime at={dueAt} /> },
        { id: 'answer', header: 'Answer', cell: ({ answer }) => answer ?? 'none yet' },
      ]}
    />
  );
}

function Timeline({ item: { timeline } }: { item: CaseDetail }) {
  return (
    <Table
      items={timeline}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Timeline' }}
      header={<Box variant="h2">Timeline</Box>}
      columnDefinitions={[
        { id: 'at', header: 'Time', isRowHeader: true, width: 220, cell: ({ at }) => <AbsoluteTime at={at} /> },
        { id: 'by', header: 'Who', width: 160, cell: ({ by }) => by },
        { id: 'text', header: 'What happened', cell: ({ text }) => text },
      ]}
    />
  );
}

function CaseActions({ item, open }: { item: CaseDetail | undefined; open: (dialog: Dialog) => void }) {
  const denial = useDenial('vulnerabilities.work') ?? (item ? undefined : 'The case is not loaded');
  const closed = item?.state === 'closed' ? 'The case is closed' : undefined;
  const resume = useMutation({
    mutationFn: (id: string) => client.resumeCase({ params: { id }, body: {} }),
    onSuccess: async () => {
      flash('success', 'The clock runs again');
      await queryClient.invalidateQueries({ queryKey: ['vulnerabilities'] });
    },
  });
  return (
    <Actions>
      {item && <CopyAs api={`/vulnerability-cases/${item.id}`} cli={`bulkhead cases show ${item.id}`} />}
      {item?.state === 'paused' ? (
        <PermittedButton denial={denial} loading={resume.isPending} onClick={() => resume.mutate(item.id)}>
          Let the clock run
        </PermittedButton>
      ) : (
        <PermittedButton denial={denial ?? closed} onClick={() => open('pause')}>
          Stop the clock…
        </PermittedButton>
      )}
      <PermittedButton denial={denial} onClick={() => open('owner')}>
        Owner…
      </PermittedButton>
      <ButtonDropdown
        disabled={denial !== undefined}
        {...(denial ? { disabledReason: denial } : {})}
        items={[
          { id: 'note', text: 'Add a note…' },
          { id: 'ask', text: 'Ask the supplier…' },
        ]}
        onItemClick={({ detail }) => open(detail.id as Dialog)}
      >
        More
      </ButtonDropdown>
      <PermittedButton variant="primary" denial={denial ?? closed} onClick={() => open('fix')}>
        Name the fix…
      </PermittedButton>
      {resume.error && <ProblemAlert error={resume.error} />}
    </Actions>
  );
}

/** One case: the clock, who works on it, which version fixes it, what vehicles report. */
export function CasePage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getCase', { params: { id } }));
  const [dialog, setDialog] = useState<Dialog>();
  const item = answer.data;
  const Open = dialog && dialogs[dialog];
  return (
    <Page
      title={item ? `Case ${item.number}: ${item.ref} in ${item.software}` : 'Case'}
      description={<RuleLine rule={4} about={item?.title || 'Work on a vulnerability.'} />}
      actions={<CaseActions item={item} open={setDialog} />}
    >
      <Loaded answer={answer} label="case" lines={10}>
        {(loaded) => (
          <>
            {loaded.closedBecause && <Alert type="success">{closedWords[loaded.closedBecause]}</Alert>}
            {loaded.pausedReason && (
              <Alert type="info" header="The clock stands">
                {loaded.pausedReason}
              </Alert>
            )}
            <Summary item={loaded} />
            <Versions item={loaded} />
            <Requests item={loaded} />
            <Timeline item={loaded} />
            {Open && <Open item={loaded} onClose={() => setDialog(undefined)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
