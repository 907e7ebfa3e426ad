import type { CampaignDetail, CampaignRequest } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import { useState } from 'react';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { Actions, useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { CampaignLink, counted, RequestMark, useFourEyes, Who } from './marks.tsx';
import { DecideRequest } from './request-decision.tsx';
import { actionTexts } from './update-words.ts';

/** Agree and refuse, or why the person who is signed in may not. */
function Decide({ request, hash }: { request: CampaignRequest; hash: string }) {
  const denial = useDenial('updates.approve');
  const own = useFourEyes([request.requested.by], 'asked for it');
  const [agree, setAgree] = useState<boolean>();
  const changed = hash === request.hash ? undefined : 'The campaign has changed since it was asked for';
  return (
    <>
      <Actions>
        <PermittedButton variant="primary" denial={denial ?? own ?? changed} onClick={() => setAgree(true)}>
          Agree…
        </PermittedButton>
        <PermittedButton denial={denial ?? own ?? changed} onClick={() => setAgree(false)}>
          Refuse…
        </PermittedButton>
      </Actions>
      {agree !== undefined && <DecideRequest request={request} agree={agree} onClose={() => setAgree(undefined)} />}
    </>
  );
}

/** What waits for a second person, on the campaign's page. */
export function OpenRequest({ campaign }: { campaign: CampaignDetail }) {
  const request = campaign.requests.find(({ state }) => state === 'open');
  if (!request) return null;
  return (
    <Alert
      type="warning"
      header={`${actionTexts[request.action]}: waits for a second person`}
      action={<Decide request={request} hash={campaign.hash} />}
    >
      {request.requested.by.name} asks for it for {counted(request.vehicles, 'vehicle')}: {request.reason}. Bound to the
      hash <span className="bh-mono">{request.hash.slice(0, 16)}…</span> of definition, release and frozen list.
    </Alert>
  );
}

const columns: readonly Column<CampaignRequest>[] = [
  {
    id: 'campaign',
    header: 'Campaign',
    rowHeader: true,
    width: 240,
    cell: ({ campaignId, campaignName }) => <CampaignLink id={campaignId} name={campaignName} />,
  },
  { id: 'action', header: 'Asked for', width: 120, cell: ({ action }) => actionTexts[action] },
  { id: 'state', header: 'State', width: 210, cell: ({ state }) => <RequestMark state={state} /> },
  { id: 'vehicles', header: 'Vehicles', width: 100, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'reason', header: 'Reason', width: 260, cell: ({ reason }) => reason },
  { id: 'requestedAt', header: 'Asked by', width: 190, cell: ({ requested }) => <Who act={requested} /> },
  { id: 'decided', header: 'Decided by', width: 190, cell: ({ decided }) => <Who act={decided} /> },
  { id: 'comment', header: 'Comment', width: 220, cell: ({ decided }) => decided?.comment || '–' },
];

/** What was asked for one campaign. */
export function RequestsTable({ requests }: { requests: readonly CampaignRequest[] }) {
  return (
    <LocalTable
      title="Second person"
      noun="requests"
      items={requests}
      columns={columns.filter(({ id }) => id !== 'campaign').map((column, i) => ({ ...column, rowHeader: i === 0 }))}
      rowId={({ id }) => id}
      description="Start, resumption after a stop or a correction, and roll-back need somebody else to agree; halting does not"
      empty={<Empty title="Nothing was asked for" next="Ask for the start once the list is frozen." />}
    />
  );
}

/** What waits for a second person over all campaigns. */
export function RequestsPage() {
  useTitle('Second person');
  return (
    <ServerTable
      operation="listCampaignRequests"
      noun="requests"
      title="Second person"
      headingLevel="h1"
      description={<RuleLine rule={4} about="Starts, resumptions and roll-backs that somebody else must agree to." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="state"
      empty={
        <Empty
          title="Nothing waits"
          next="Whoever asks for a start, a resumption or a roll-back cannot agree to it. Requests are listed here, and by:"
          command="bulkhead campaign-requests list --filter 'state = open'"
        />
      }
    />
  );
}
