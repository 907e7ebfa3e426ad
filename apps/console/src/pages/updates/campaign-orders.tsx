import type { CampaignConsequence, CampaignDetail } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { counted } from './marks.tsx';
import { Comment } from './release-dialogs.tsx';

export type Order = 'start' | 'pause' | 'resume' | 'stop' | 'roll-back' | 'cancel';

interface Sent {
  readonly dryRun: boolean;
  readonly reason: string;
  readonly hash?: string;
}

const send: Readonly<Record<Order, (id: string, body: Sent) => Promise<CampaignConsequence>>> = {
  start: (id, body) => client.startCampaign({ params: { id }, body }),
  resume: (id, body) => client.resumeCampaign({ params: { id }, body }),
  'roll-back': (id, body) => client.rollBackCampaign({ params: { id }, body }),
  pause: (id, { dryRun, reason }) => client.pauseCampaign({ params: { id }, body: { dryRun, reason } }),
  stop: (id, { dryRun, reason }) => client.stopCampaign({ params: { id }, body: { dryRun, reason } }),
  cancel: (id, { dryRun, reason }) => client.cancelCampaign({ params: { id }, body: { dryRun, reason } }),
};

const words: Readonly<Record<Order, readonly [title: string, action: string, done: string]>> = {
  start: ['Start the campaign', 'Ask for the start', 'The start is asked for'],
  pause: ['Pause the campaign', 'Pause', 'The campaign is paused'],
  resume: ['Resume the campaign', 'Resume', 'The campaign is resumed'],
  stop: ['Stop the campaign', 'Stop', 'The campaign is stopped'],
  'roll-back': ['Roll back', 'Ask for the roll-back', 'The roll-back is asked for'],
  cancel: ['Cancel the campaign for good', 'Cancel for good', 'The campaign is cancelled'],
};

const countReason = 'counted before it is done';

/** Consequence count first, then a reason and the name typed by hand; where two must agree, that is said before. */
export function OrderDialog({
  campaign,
  order,
  onClose,
}: {
  campaign: CampaignDetail;
  order: Order;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const { id, name, state } = campaign;
  const [title, action, done] = words[order];
  const preview = useQuery({
    queryKey: ['preview', 'campaignOrder', { id, order, state }] as const,
    queryFn: () => send[order](id, { dryRun: true, reason: countReason }),
    staleTime: 0,
  });
  const second = order === 'start' || order === 'roll-back' || (order === 'resume' && state === 'stopped');
  const missing = preview.data ? (reason.trim().length >= 3 ? undefined : 'Say why') : 'The vehicles are being counted';
  return (
    <DangerModal
      title={title}
      confirmWord={name}
      action={action}
      missing={missing}
      consequence={
        <>
          {preview.data ? (
            <>
              <b>{counted(preview.data.vehicles, 'vehicle')}.</b> {preview.data.text}
            </>
          ) : (
            'Counting the vehicles…'
          )}{' '}
          {second
            ? 'Nothing happens before a second person has agreed to exactly this campaign.'
            : order === 'resume'
              ? 'If it was corrected meanwhile, a second person must agree first.'
              : 'It happens at once.'}
        </>
      }
      onConfirm={async () => {
        const { request } = await send[order](id, {
          dryRun: false,
          reason: reason.trim(),
          ...(preview.data ? { hash: preview.data.hash } : {}),
        });
        flash(
          'success',
          request ? 'It waits for a second person' : done,
          request ? 'Somebody else must agree to it.' : undefined,
        );
        await queryClient.invalidateQueries({ queryKey: ['updates'] });
      }}
      onClose={onClose}
    >
      {preview.error && <ProblemAlert error={preview.error} />}
      <Comment label="Reason" description="For the record and whoever agrees" value={reason} onChange={setReason} />
    </DangerModal>
  );
}
