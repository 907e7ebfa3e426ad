import { type CampaignDetail, operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { downloadUrl } from '../../ui/download.ts';
import { Actions, Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { AuditTable } from '../access/audit-table.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { CampaignCauses } from './campaign-causes.tsx';
import { CampaignDefinitionView } from './campaign-definition-view.tsx';
import { CampaignLog } from './campaign-log.tsx';
import { CampaignVehicles } from './campaign-vehicles.tsx';
import { CampaignLink, CampaignMark, ReleaseLink } from './marks.tsx';
import { OpenRequest, RequestsTable } from './requests-page.tsx';
import { UndeliveredTable } from './undelivered-page.tsx';
import { WaveBars } from './wave-bars.tsx';
import { duration, secondsLeft } from './wave-figures.ts';

const alertTypes: Partial<Record<CampaignDetail['state'], 'error' | 'warning' | 'success' | 'info'>> = {
  stopped: 'error',
  paused: 'warning',
  cancelled: 'warning',
  finished: 'success',
};

/** Why it is in its state, in words, before anything else. */
function Why({ campaign: { state, why, parentId, childId } }: { campaign: CampaignDetail }) {
  return (
    <Alert type={alertTypes[state] ?? 'info'} header={<CampaignMark state={state} />}>
      {why}
      {parentId && (
        <>
          {' '}
          It takes back <CampaignLink id={parentId} name="what another campaign shipped" />.
        </>
      )}
      {childId && (
        <>
          {' '}
          Vehicles are taken back by <CampaignLink id={childId} name="a campaign of its own" />.
        </>
      )}
    </Alert>
  );
}

function etaText(campaign: CampaignDetail): string {
  if (campaign.state !== 'running') return '–';
  const left = secondsLeft(campaign, new Date());
  if (left === undefined) return 'Not known before the first vehicles have ended';
  return left === 0 ? 'Nothing is left' : `About ${duration(left)} at the pace so far`;
}

function Figures({ campaign }: { campaign: CampaignDetail }) {
  const { plan, vehicles, succeeded, errors, inFlight, rules } = campaign;
  return (
    <Section title="Now">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Updated', value: `${integer(succeeded)} of ${integer(vehicles)}` },
          { label: 'Errors', value: integer(errors) },
          { label: 'In flight', value: `${integer(inFlight)} of at most ${integer(rules.maxInFlight)}` },
          { label: 'Rate', value: `${integer(Math.round(campaign.perMinute * 10) / 10)} offers a minute` },
          { label: 'Estimate', value: etaText(campaign) },
          { label: 'Wave', value: `${campaign.wave} of ${campaign.waveCount}` },
          { label: 'Release', value: <ReleaseLink id={campaign.releaseId} name={campaign.releaseName} /> },
          {
            label: 'Frozen list',
            value:
              plan.plannedAt === null ? (
                'Not frozen yet'
              ) : (
                <>
                  {integer(plan.eligible)} vehicles, {integer(plan.incompatible)} left out,{' '}
                  <RelativeTime at={plan.plannedAt} />
                </>
              ),
          },
          { label: 'Started', value: <RelativeTime at={campaign.startedAt} empty="Not yet" /> },
          { label: 'Prepared by', value: campaign.createdBy.name },
          { label: 'When a wave fails', value: onErrorTexts[rules.onError] },
          { label: 'Kind', value: campaign.kind === 'rollback' ? 'Roll-back' : 'Roll-out' },
        ]}
      />
    </Section>
  );
}

const onErrorTexts = { stop: 'It stops', pause: 'It pauses', 'roll-back': 'It rolls back' } as const;

function Exports({ id }: { id: string }) {
  const report = (format: 'html' | 'json') =>
    operationUrl(operations.getCampaignReport, { params: { id }, query: { format } });
  const list = operationUrl(operations.exportCampaignVehicles, { params: { id }, query: { format: 'csv' } });
  const urls: Readonly<Record<string, string>> = { html: report('html'), json: report('json'), csv: list };
  return (
    <ButtonDropdown
      items={[
        { id: 'html', text: 'Report to print', secondaryText: 'What, to whom, how it went, who agreed' },
        { id: 'json', text: 'Report as JSON' },
        { id: 'csv', text: 'All vehicles as CSV', secondaryText: 'Verdict and outcome of each (UN R156 7.1.2.4)' },
      ]}
      onItemClick={({ detail }) => downloadUrl(urls[detail.id] ?? list)}
    >
      Export
    </ButtonDropdown>
  );
}

function tabsOf(campaign: CampaignDetail) {
  const { id, name } = campaign;
  return [
    { id: 'waves', label: 'Waves', content: <WaveBars campaign={campaign} /> },
    { id: 'causes', label: 'Causes', content: <CampaignCauses campaign={campaign} /> },
    { id: 'vehicles', label: 'Vehicles', content: <CampaignVehicles id={id} /> },
    { id: 'definition', label: 'Definition', content: <CampaignDefinitionView campaign={campaign} /> },
    { id: 'requests', label: 'Second person', content: <RequestsTable requests={campaign.requests} /> },
    { id: 'log', label: 'What happened', content: <CampaignLog campaign={campaign} /> },
    ...(campaign.security
      ? [
          {
            id: 'undelivered',
            label: 'Not reached',
            content: <UndeliveredTable within={`campaign = ${quoted(name)}`} />,
          },
        ]
      : []),
    { id: 'activity', label: 'Activity', content: <AuditTable within={`subject = ${quoted(name)}`} /> },
  ];
}

/** Moves by itself while the campaign does: vehicles report all the time, without an event for each. */
const moving = new Set<CampaignDetail['state']>(['planning', 'running', 'paused', 'stopped']);

/** One campaign, live: where each wave stands, what keeps vehicles, and the buttons that hold it. */
export function CampaignPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery({
    ...query('getCampaign', { params: { id } }),
    refetchInterval: ({ state }) => (state.data && moving.has(state.data.state) ? 2_000 : false),
  });
  const [tab, openTab] = useTab('waves');
  return (
    <Page
      title={answer.data ? `Campaign ${answer.data.name}` : 'Campaign'}
      description={<RuleLine rule={4} about="Live: it moves as vehicles report." />}
      actions={
        <Actions>
          <CopyAs api={`/campaigns/${id}`} cli={`bulkhead campaigns show ${id}`} />
          <Exports id={id} />
        </Actions>
      }
    >
      <CampaignActions campaign={answer.data} />
      <Loaded answer={answer} label="campaign" lines={10}>
        {(campaign) => (
          <>
            <Why campaign={campaign} />
            <OpenRequest campaign={campaign} />
            <Figures campaign={campaign} />
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the campaign"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(campaign)}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
