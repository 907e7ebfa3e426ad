import type { CampaignVehicleState } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { counted } from './marks.tsx';
import { Comment } from './release-dialogs.tsx';

interface DecisionProps {
  readonly id: string;
  readonly cause: {
    readonly state: CampaignVehicleState;
    readonly cause: string;
    readonly text: string;
    readonly vehicles: number;
  };
  readonly onClose: () => void;
}

/** UN R156 9.1.3: tell stakeholders of a group that is not reached, or record why not. */
export function DecideUndelivered({ id, cause, onClose }: DecisionProps) {
  const [notify, setNotify] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: () =>
      client.decideUndelivered({
        params: { id },
        body: { state: cause.state, cause: cause.cause, notify: notify === 'yes', reason: reason.trim() },
      }),
    onSuccess: async () => {
      flash('success', notify === 'yes' ? 'Stakeholders are told' : 'The decision not to tell is recorded');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      onClose();
    },
  });
  return (
    <FormModal
      title={`${counted(cause.vehicles, 'vehicle')} not reached: ${cause.text}`}
      action="Record"
      missing={
        notify === null ? 'Say whether stakeholders are told' : reason.trim().length >= 3 ? undefined : 'Say why'
      }
      busy={decide.isPending}
      error={decide.error}
      onSubmit={() => decide.mutate()}
      onClose={onClose}
    >
      <FormField label="Stakeholders">
        <RadioGroup
          ariaLabel="Stakeholders"
          value={notify}
          onChange={({ detail }) => setNotify(detail.value)}
          items={[
            { value: 'yes', label: 'Tell them', description: 'Over the notification channels that listen to it' },
            {
              value: 'no',
              label: 'Do not tell them',
              description: 'The decision is kept; an authority may ask for it',
            },
          ]}
        />
      </FormField>
      <Comment label="Reason" value={reason} onChange={setReason} />
    </FormModal>
  );
}
