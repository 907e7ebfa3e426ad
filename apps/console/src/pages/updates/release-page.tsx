import { operations, operationUrl, type ReleaseDetail } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { ModelLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { AuditTable } from '../access/audit-table.tsx';
import { CampaignsTable } from './campaigns-page.tsx';
import { DossierView } from './dossier-view.tsx';
import { ReleaseState, Who } from './marks.tsx';
import { ReleaseActions } from './release-actions.tsx';
import { ReleaseAgreements } from './release-agreements.tsx';
import { ReleaseCompatibility } from './release-compatibility.tsx';
import { ReleaseContents } from './release-contents.tsx';
import { ReleaseDiffs } from './release-diffs.tsx';
import { ReleaseRules } from './release-rules.tsx';

function Summary({ release }: { release: ReleaseDetail }) {
  return (
    <Section title="Summary" description={release.description || undefined}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'State', value: <ReleaseState state={release.state} /> },
          { label: 'Security update', value: release.security ? 'Yes' : 'No' },
          {
            label: 'Models',
            value: release.models.length > 0 ? release.models.map((code) => <ModelName key={code} code={code} />) : '–',
          },
          {
            label: 'Written by',
            value: release.authors.map(({ name }) => name).join(', ') || release.createdBy.name,
          },
          { label: 'Opened', value: <RelativeTime at={release.createdAt} /> },
          { label: 'Changed', value: <RelativeTime at={release.updatedAt} /> },
          { label: 'Published', value: <Who act={release.published} /> },
          {
            label: 'Hash of dossier and contents',
            value: (
              <Copyable
                value={release.hash}
                label="hash"
                shown={<span className="bh-mono">{release.hash.slice(0, 16)}…</span>}
              />
            ),
          },
        ]}
      />
    </Section>
  );
}

const ModelName = ({ code }: { code: string }) => (
  <div>
    <ModelLink code={code} />
  </div>
);

/** What stands between the release and the next step, in words. */
function Standing({ release }: { release: ReleaseDetail }) {
  const { state, gaps, ended, voided, signOff, approvals } = release;
  if (ended)
    return (
      <Alert type={state === 'withdrawn' ? 'error' : 'info'} header={`It is ${state}`}>
        {ended.reason} ({ended.by.name}, <RelativeTime at={ended.at} />)
      </Alert>
    );
  const voidedText = voided === 0 ? '' : ` A change has voided ${integer(voided)} earlier sign-offs and approvals.`;
  if (state === 'draft')
    return gaps.length > 0 ? (
      <Alert type="info" header={`${gaps.length} things are missing before verification can begin`}>
        The tab Dossier lists each with its clause of UN R156.{voidedText}
      </Alert>
    ) : (
      <Alert type="success" header="It is complete">
        Hand it to verification: somebody who did not write it then signs off.{voidedText}
      </Alert>
    );
  if (state === 'in-verification') {
    const signed = signOff?.passed && signOff.voidedAt === null;
    const open = approvals.filter(({ voidedAt }) => voidedAt === null).length;
    return (
      <Alert type="info" header={signed ? `${open} of 2 approvals` : 'It waits for the sign-off of verification'}>
        {signed
          ? 'Two people who did not write it must approve this hash.'
          : 'Somebody who did not write it says whether verification and validation have passed (UN R156 7.1.2.5 i).'}{' '}
        Any change to contents or dossier voids what was agreed and takes it back to draft.{voidedText}
      </Alert>
    );
  }
  if (state === 'approved')
    return (
      <Alert type="success" header="It is approved by two people">
        Publish it, so that campaigns may ship it. Until then any change voids sign-off and approvals.
      </Alert>
    );
  return null;
}

const exportOf = (id: string, format: 'html' | 'json') =>
  operationUrl(operations.exportDossier, { params: { id }, query: { format } });

function tabsOf(release: ReleaseDetail) {
  const { id, name, contents, rules, gaps } = release;
  return [
    { id: 'contents', label: `Contents (${contents.length})`, content: <ReleaseContents release={release} /> },
    { id: 'rules', label: `Rules (${rules.length})`, content: <ReleaseRules release={release} /> },
    { id: 'compatibility', label: 'Compatibility', content: <ReleaseCompatibility id={id} /> },
    {
      id: 'dossier',
      label: gaps.length > 0 ? `Dossier (${gaps.length} missing)` : 'Dossier',
      content: <DossierView release={release} exports={{ html: exportOf(id, 'html'), json: exportOf(id, 'json') }} />,
    },
    { id: 'agreements', label: 'Approvals', content: <ReleaseAgreements release={release} /> },
    { id: 'differences', label: 'Differences', content: <ReleaseDiffs id={id} /> },
    { id: 'campaigns', label: 'Campaigns', content: <CampaignsTable within={`release = ${quoted(name)}`} /> },
    { id: 'activity', label: 'Activity', content: <AuditTable within={`subject = ${quoted(name)}`} /> },
  ];
}

/** One release: what it brings, whether vehicles can take it, who answers for it. */
export function ReleasePage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getRelease', { params: { id } }));
  const [tab, openTab] = useTab('contents');
  return (
    <Page
      title={answer.data ? `Release ${answer.data.name}` : 'Release'}
      description={<RuleLine rule={4} about="What it brings, and who answers for it." />}
      actions={
        <Actions>
          <CopyAs api={`/releases/${id}`} cli={`bulkhead releases show ${id}`} />
          <ReleaseActions release={answer.data} />
        </Actions>
      }
    >
      <Loaded answer={answer} label="release" lines={10}>
        {(release) => (
          <>
            <Standing release={release} />
            <Summary release={release} />
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the release"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(release)}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
