import type { CampaignRequest } from '@bulkhead/contract';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { counted } from './marks.tsx';
import { Comment } from './release-dialogs.tsx';
import { actionTexts } from './update-words.ts';

const meaning = {
  start: 'are offered the update, wave by wave, as soon as you agree.',
  resume: 'are offered the update from now on.',
  'roll-back': 'are taken back to the former software.',
} as const;

/** The second person agrees to exactly what was asked for, or refuses. */
export function DecideRequest(props: { request: CampaignRequest; agree: boolean; onClose: () => void }) {
  const { request, agree, onClose } = props;
  const [comment, setComment] = useState('');
  const { action, campaignName, vehicles, requested, reason, hash } = request;
  return (
    <DangerModal
      title={`${agree ? 'Agree' : 'Refuse'}: ${actionTexts[action].toLowerCase()} ${campaignName}`}
      confirmWord={campaignName}
      action={agree ? 'Agree' : 'Refuse'}
      missing={agree || comment.trim() ? undefined : 'Say why you refuse'}
      consequence={
        agree ? (
          <>
            <b>{counted(vehicles, 'vehicle')}</b> {meaning[action]} Asked for by {requested.by.name}: {reason}
          </>
        ) : (
          <>Nothing happens to any vehicle. It can be asked for again.</>
        )
      }
      onConfirm={async () => {
        await client.decideCampaignRequest({
          params: { id: request.id },
          body: { agree, hash, comment: comment.trim() },
        });
        flash('success', agree ? `Agreed: ${actionTexts[action].toLowerCase()} ${campaignName}` : 'Refused');
        await queryClient.invalidateQueries({ queryKey: ['updates'] });
      }}
      onClose={onClose}
    >
      <Comment label="Comment" value={comment} onChange={setComment} />
    </DangerModal>
  );
}
