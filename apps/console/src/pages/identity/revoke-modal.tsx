import { type Certificate, revocationReasons } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, compact, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';

type Reason = (typeof revocationReasons)[number];

const reasonTexts: Readonly<Record<Reason, string>> = {
  unspecified: 'Not specified',
  keyCompromise: 'The key is or may be compromised',
  affiliationChanged: 'The ECU belongs to another owner',
  superseded: 'Replaced by another certificate',
  cessationOfOperation: 'The ECU is out of service',
  privilegeWithdrawn: 'The right to speak was withdrawn',
};
/** After these the claim certificate of a plant does not bring an ECU back by itself. */
export const needsRelease = (reason: string | null) =>
  reason === 'keyCompromise' || reason === 'cessationOfOperation' || reason === 'privilegeWithdrawn';

const options = revocationReasons.map((value) => ({ value, label: reasonTexts[value], description: value }));

/** Revocation of one certificate, with what it cuts shown first. */
export function RevokeModal({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const { serialNumber, ecuSerial, vin } = certificate;
  const [reason, setReason] = useState<Reason>('keyCompromise');
  const [comment, setComment] = useState('');
  const mayLook = useDenial('connectivity.read') === undefined && ecuSerial !== null;
  const live = useQuery({
    ...query('listConnections', {
      query: { filter: `ecuSerial = ${quoted(ecuSerial ?? '')} and state = connected`, limit: 1 },
    }),
    enabled: mayLook,
  });
  const connected = live.data?.items.some(({ certificate: used }) => used === serialNumber);
  return (
    <DangerModal
      title="Revoke this certificate"
      confirmWord={serialNumber}
      action="Revoke certificate"
      consequence={
        <>
          Revokes this certificate
          {ecuSerial && (
            <>
              {' '}
              of ECU <b>{ecuSerial}</b> in vehicle <b>{vin}</b>, and{' '}
              {reason === 'keyCompromise' ? 'every other one the ECU holds' : 'the ones it replaced'}
            </>
          )}
          , and cuts <b>{connected === undefined ? 'any live connection' : `${connected ? 1 : 0} live connections`}</b>{' '}
          within a second.{' '}
          {needsRelease(reason) ? 'The ECU enrols again only after it was released here.' : 'The ECU may enrol again.'}{' '}
          This cannot be undone.
        </>
      }
      onConfirm={async () => {
        await client.revokeCertificate({ params: { serialNumber }, body: { reason, ...compact({ comment }) } });
        flash('success', 'The certificate is revoked', 'The next CRL and every OCSP answer say so.');
        await queryClient.invalidateQueries({ queryKey: ['identity'] });
      }}
      onClose={onClose}
    >
      <FormField label="Reason" description="Written into the CRL (RFC 5280)">
        <Select
          ariaLabel="Reason"
          options={options}
          selectedOption={options.find(({ value }) => value === reason) ?? null}
          onChange={({ detail }) => {
            const chosen = revocationReasons.find((each) => each === detail.selectedOption.value);
            if (chosen) setReason(chosen);
          }}
        />
      </FormField>
      <FormField label="Comment" description="For the audit log">
        <Input value={comment} onChange={({ detail }) => setComment(detail.value)} />
      </FormField>
    </DangerModal>
  );
}
