import Alert from '@cloudscape-design/components/alert';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Line } from './fields.tsx';
import { endOfDay } from './key-files.ts';

/** Opens the next version of the top-level targets: the images that were uploaded, the delegations as they are. */
export function TargetsDialog({ onClose }: { onClose: () => void }) {
  const [day, setDay] = useState('');
  const expires = endOfDay(day);
  const create = useMutation({
    mutationFn: () => client.createTargetsDraft({ body: { expires: expires ?? '' } }),
    onSuccess: async () => {
      flash('success', 'The targets wait for signatures', 'Download them, sign offline, upload what was signed.');
      await queryClient.invalidateQueries({ queryKey: ['images'] });
      onClose();
    },
  });
  return (
    <FormModal
      title="Targets ceremony"
      action="Open the ceremony"
      missing={expires ? undefined : 'Say until when it is valid, such as 2027-05-20'}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Alert type="info">
        Delegations to suppliers stay as they are; they are changed with a file: bulkhead repository targets -f
        targets.json.
      </Alert>
      <Line label="Valid until" description="A day, UTC" placeholder="2027-05-20" value={day} onChange={setDay} />
    </FormModal>
  );
}
