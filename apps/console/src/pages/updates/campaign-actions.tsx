import type { CampaignDetail } from '@bulkhead/contract';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { Actions } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { AmendDialog } from './campaign-amend.tsx';
import { type Order, OrderDialog } from './campaign-orders.tsx';
import { refusalOf, type Step } from './campaign-steps.ts';

const orders: readonly (readonly [order: Order, text: string])[] = [
  ['start', 'Start…'],
  ['pause', 'Pause…'],
  ['resume', 'Resume…'],
  ['stop', 'Stop…'],
  ['roll-back', 'Roll back…'],
  ['cancel', 'Cancel for good…'],
];

/** All that can be done to a campaign, always in sight; a button that is not possible now says why. */
export function CampaignActions({ campaign }: { campaign: CampaignDetail | undefined }) {
  const router = useRouter();
  const operate = useDenial('updates.operate');
  const write = useDenial('updates.write');
  const [open, setOpen] = useState<Order | 'amend'>();
  const plan = useMutation({
    mutationFn: (id: string) => client.planCampaign({ params: { id }, body: {} }),
    onSuccess: async () => {
      flash('success', 'The list is being frozen', 'The job shows how far it is.');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
    },
    onError: flashFailure,
  });
  const refusal = (step: Step) => refusalOf(campaign, step);
  return (
    <>
      <div role="group" aria-label="Orders to the campaign">
        <Actions>
          <PermittedButton
            denial={write ?? refusal('change')}
            onClick={() => campaign && router.history.push(paths.campaignDefinition(campaign.id))}
          >
            Change…
          </PermittedButton>
          <PermittedButton
            denial={write ?? refusal('plan')}
            variant={campaign?.state === 'draft' ? 'primary' : 'normal'}
            loading={plan.isPending}
            onClick={() => campaign && plan.mutate(campaign.id)}
          >
            Freeze the list
          </PermittedButton>
          {orders.map(([order, text]) => (
            <PermittedButton
              key={order}
              denial={operate ?? refusal(order)}
              variant={order === 'start' && campaign?.state === 'planned' ? 'primary' : 'normal'}
              onClick={() => setOpen(order)}
            >
              {text}
            </PermittedButton>
          ))}
          <PermittedButton denial={write ?? refusal('amend')} onClick={() => setOpen('amend')}>
            Correct…
          </PermittedButton>
        </Actions>
      </div>
      {campaign && open === 'amend' && <AmendDialog campaign={campaign} onClose={() => setOpen(undefined)} />}
      {campaign && open && open !== 'amend' && (
        <OrderDialog campaign={campaign} order={open} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}
