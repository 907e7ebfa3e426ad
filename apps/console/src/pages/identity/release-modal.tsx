import type { Certificate } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { client, compact, queryClient } from '../../api.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';

/** Lets an ECU whose identity was taken away enrol once more. */
export function ReleaseModal({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const { serialNumber, ecuSerial, vin } = certificate;
  const [comment, setComment] = useState('');
  return (
    <DangerModal
      title="Release this ECU"
      confirmWord={ecuSerial ?? serialNumber}
      action="Release"
      consequence={
        <>
          Lets ECU <b>{ecuSerial}</b> of vehicle <b>{vin}</b> enrol once more with a claim certificate, under a new key.
          Do so when the ECU was replaced or its cause was put right. The revoked certificate stays revoked.
        </>
      }
      onConfirm={async () => {
        await client.releaseCertificate({ params: { serialNumber }, body: compact({ comment }) });
        flash('success', 'The ECU may enrol once more', 'The release holds for one new identity.');
        await queryClient.invalidateQueries({ queryKey: ['identity'] });
      }}
      onClose={onClose}
    >
      <FormField label="Comment" description="For the audit log">
        <Input value={comment} onChange={({ detail }) => setComment(detail.value)} />
      </FormField>
    </DangerModal>
  );
}
