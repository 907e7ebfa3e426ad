import type { RxswinDetail, RxswinPassage } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { ModelLink, SoftwareLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { AuditTable } from '../access/audit-table.tsx';
import { CampaignLink, counted, RxswinMark, useFourEyes, Who } from './marks.tsx';
import { RxswinForm } from './rxswin-form.tsx';
import { Drift } from './rxswins-page.tsx';

type Entry = RxswinDetail['software'][number];

const softwareColumns: readonly Column<Entry>[] = [
  { id: 'role', header: 'ECU', rowHeader: true, width: 140, cell: ({ role }) => role },
  {
    id: 'software',
    header: 'Software',
    width: 260,
    cell: ({ softwareId, software, version }) => <SoftwareLink id={softwareId} name={`${software} ${version}`} />,
  },
  { id: 'before', header: 'In the definition before', width: 180, cell: ({ before }) => before ?? 'Not in it' },
  {
    id: 'sha256',
    header: 'SHA-256',
    width: 220,
    cell: ({ sha256, software }) =>
      sha256 ? (
        <Copyable
          value={sha256}
          label={`SHA-256 of ${software}`}
          shown={<span className="bh-mono">{sha256.slice(0, 16)}…</span>}
        />
      ) : (
        'Not registered'
      ),
  },
];

const passageColumns: readonly Column<RxswinPassage>[] = [
  {
    id: 'campaign',
    header: 'Campaign',
    rowHeader: true,
    width: 240,
    cell: ({ campaignId, campaign }) => <CampaignLink id={campaignId} name={campaign} />,
  },
  {
    id: 'before',
    header: 'Before',
    width: 180,
    cell: ({ before }) =>
      before ? <Link href={paths.rxswin(before.id)}>{`${before.rxswin} version ${before.version}`}</Link> : 'None',
  },
  {
    id: 'after',
    header: 'After',
    width: 180,
    cell: ({ after }) => <Link href={paths.rxswin(after.id)}>{`${after.rxswin} version ${after.version}`}</Link>,
  },
  {
    id: 'vehicles',
    header: 'Updated',
    width: 150,
    cell: ({ succeeded, vehicles }) => `${integer(succeeded)} of ${integer(vehicles)}`,
  },
  { id: 'started', header: 'Began', width: 210, cell: ({ startedAt }) => <AbsoluteTime at={startedAt} /> },
  {
    id: 'finished',
    header: 'Ended',
    width: 210,
    cell: ({ finishedAt }) => <AbsoluteTime at={finishedAt} empty="Not yet" />,
  },
];

function Summary({ item }: { item: RxswinDetail }) {
  return (
    <Section title="Summary" description={item.note || undefined}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'State', value: <RxswinMark state={item.state} /> },
          { label: 'Model', value: <ModelLink code={item.model} /> },
          { label: 'System', value: item.system },
          { label: 'Regulation', value: item.regulation || '–' },
          { label: 'Written by', value: item.authors.map(({ name }) => name).join(', ') || '–' },
          { label: 'Released', value: <Who act={item.released} /> },
          { label: 'Superseded', value: <RelativeTime at={item.supersededAt} empty="No" /> },
          {
            label: 'Definition before',
            value: item.previousId ? (
              <Link href={paths.rxswin(item.previousId)}>Version {item.version - 1}</Link>
            ) : (
              'None'
            ),
          },
          {
            label: 'Hash',
            value: (
              <Copyable
                value={item.hash}
                label="hash"
                shown={<span className="bh-mono">{item.hash.slice(0, 16)}…</span>}
              />
            ),
          },
          { label: 'Drifted vehicles', value: <Drift rxswin={item} /> },
          { label: 'Run what it says', value: item.drift ? integer(item.drift.matches) : '–' },
          {
            label: 'Compared',
            value: item.checking ? 'Being compared now' : <RelativeTime at={item.drift?.checkedAt} empty="Not yet" />,
          },
        ]}
      />
    </Section>
  );
}

function ReleaseDialog({ item, onClose }: { item: RxswinDetail; onClose: () => void }) {
  return (
    <DangerModal
      title="Release the definition"
      confirmWord={item.rxswin}
      action="Release"
      consequence={
        <>
          From now on {item.rxswin} means <b>{counted(item.software.length, 'software version')}</b>; it can never be
          changed again. {item.version > 1 && `Version ${item.version - 1} is superseded. `}Vehicles that report
          something else are listed as drifted.
        </>
      }
      onConfirm={async () => {
        await client.releaseRxswin({ params: { id: item.id }, body: { hash: item.hash } });
        flash('success', `${item.rxswin} version ${item.version} is released`);
        await queryClient.invalidateQueries({ queryKey: ['updates'] });
      }}
      onClose={onClose}
    />
  );
}

type Dialog = 'release' | 'change' | 'next';

function RxswinActions({ item }: { item: RxswinDetail | undefined }) {
  const [open, setOpen] = useState<Dialog>();
  const write = useDenial('updates.write');
  const approve = useDenial('updates.approve');
  const operate = useDenial('updates.operate');
  const wrote = useFourEyes(item?.authors ?? [], 'written parts of this definition');
  const only = (state: RxswinDetail['state'], verb: string) =>
    item === undefined
      ? 'It is not loaded'
      : item.state === state
        ? undefined
        : `It is ${item.state}: only a ${state === 'draft' ? 'draft' : 'released definition'} can be ${verb}`;
  const check = useMutation({
    mutationFn: (id: string) => client.checkRxswin({ params: { id }, body: {} }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['updates'] }),
    onError: flashFailure,
  });
  return (
    <Actions>
      {item && <CopyAs api={`/rxswins/${item.id}`} cli={`bulkhead rxswins show ${item.id}`} />}
      <PermittedButton denial={write ?? only('draft', 'changed')} onClick={() => setOpen('change')}>
        Change…
      </PermittedButton>
      <PermittedButton denial={write ?? only('released', 'followed by a next version')} onClick={() => setOpen('next')}>
        Next version…
      </PermittedButton>
      <PermittedButton
        denial={operate ?? only('released', 'compared') ?? (item?.checking ? 'It is being compared now' : undefined)}
        loading={check.isPending}
        onClick={() => item && check.mutate(item.id)}
      >
        Compare now
      </PermittedButton>
      <PermittedButton
        variant="primary"
        denial={approve ?? only('draft', 'released') ?? wrote}
        onClick={() => setOpen('release')}
      >
        Release…
      </PermittedButton>
      {item && open === 'release' && <ReleaseDialog item={item} onClose={() => setOpen(undefined)} />}
      {item && (open === 'change' || open === 'next') && (
        <RxswinForm base={item} change={open === 'change'} onClose={() => setOpen(undefined)} />
      )}
    </Actions>
  );
}

/** One version of a definition: its software, what changed, what campaigns did to it. */
export function RxswinPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery({
    ...query('getRxswin', { params: { id } }),
    refetchInterval: ({ state }) => (state.data?.checking ? 2_000 : false),
  });
  const item = answer.data;
  return (
    <Page
      title={item ? `${item.rxswin} version ${item.version}` : 'RXSWIN'}
      description={<RuleLine rule={4} about="What software a type-approved system may run." />}
      actions={<RxswinActions item={item} />}
    >
      <Loaded answer={answer} label="definition" lines={10}>
        {(loaded) => (
          <>
            <Summary item={loaded} />
            <LocalTable
              title="Software"
              noun="software"
              items={loaded.software}
              columns={softwareColumns}
              rowId={({ role, softwareId }) => `${role} ${softwareId}`}
              description="With integrity data (UN R156 7.1.1.2)"
              empty="No software"
            />
            <LocalTable
              title="Before and after campaigns"
              noun="campaigns"
              items={loaded.campaigns}
              columns={passageColumns}
              rowId={({ campaignId, startedAt }) => `${campaignId} ${startedAt}`}
              description="What held before and after each campaign that brought it (UN R156 7.1.1.3)"
              empty={<Empty title="No campaign has brought it" next="A release that names it takes it to vehicles." />}
            />
            <AuditTable within={`subject = ${quoted(loaded.rxswin)}`} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
