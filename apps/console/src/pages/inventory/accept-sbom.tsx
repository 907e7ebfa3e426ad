import type { Sbom } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';

function AcceptModal({ sbom, onClose }: { sbom: Sbom; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const accept = useMutation({
    mutationFn: () => client.acceptSbom({ params: { id: sbom.id }, body: { reason: reason.trim() } }),
    onSuccess: async () => {
      flash('success', `The SBOM of ${sbom.software} ${sbom.version} is in use`);
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
  });
  return (
    <FormModal
      title="Use it although it is below the gate"
      action="Use this SBOM"
      missing={reason.trim().length >= 3 ? undefined : 'A reason is needed'}
      busy={accept.isPending}
      error={accept.error}
      onSubmit={() => accept.mutate()}
      onClose={onClose}
    >
      <p>
        It takes the place of the SBOM that is in use for {sbom.software} {sbom.version}, and its{' '}
        <b>{sbom.components}</b> components are matched. Your name and the reason go into the audit log.
      </p>
      <FormField label="Reason">
        <Textarea value={reason} onChange={({ detail }) => setReason(detail.value)} rows={3} />
      </FormField>
    </FormModal>
  );
}

/** An SBOM that waits: why, and what somebody can do about it. */
export function WaitingSbom({ sbom }: { sbom: Sbom }) {
  const denial = useDenial('inventory.write');
  const [accepting, setAccepting] = useState(false);
  return (
    <>
      <Alert
        type="warning"
        header="Kept, but not used"
        action={
          <PermittedButton denial={denial} onClick={() => setAccepting(true)}>
            Use it all the same…
          </PermittedButton>
        }
      >
        {sbom.stateReason} Ask the supplier for a better one; the one that was in use before stays in use.
      </Alert>
      {accepting && <AcceptModal sbom={sbom} onClose={() => setAccepting(false)} />}
    </>
  );
}
