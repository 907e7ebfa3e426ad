import type { Certificate } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { CertificateLink, EcuLink, VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { CodeBlock, Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { AuditTable } from '../access/audit-table.tsx';
import { ReleaseModal } from './release-modal.tsx';
import { needsRelease, RevokeModal } from './revoke-modal.tsx';

function Summary({ certificate }: { certificate: Certificate }) {
  return (
    <Section title="Summary">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Serial number', value: <Copyable value={certificate.serialNumber} label="serial number" /> },
          { label: 'State', value: <Status state={certificate.state} /> },
          { label: 'Vehicle', value: <VinLink vin={certificate.vin} /> },
          { label: 'ECU', value: <EcuLink serial={certificate.ecuSerial} /> },
          { label: 'Subject', value: <span className="bh-mono">{certificate.subject}</span> },
          { label: 'Authority', value: certificate.authority },
          { label: 'Profile', value: certificate.profile },
          { label: 'Key', value: certificate.keyAlgorithm },
          { label: 'Valid from', value: <AbsoluteTime at={certificate.notBefore} /> },
          { label: 'Expires', value: <AbsoluteTime at={certificate.notAfter} /> },
          { label: 'Issued', value: <RelativeTime at={certificate.issuedAt} /> },
          {
            label: 'Revoked',
            value: certificate.revokedAt ? (
              <>
                <AbsoluteTime at={certificate.revokedAt} /> ({certificate.revocationReason})
              </>
            ) : (
              'No'
            ),
          },
          { label: 'Replaces', value: certificate.replaces ? <CertificateLink serial={certificate.replaces} /> : '–' },
          { label: 'SHA-256 fingerprint', value: <Copyable value={certificate.fingerprint} label="fingerprint" /> },
        ]}
      />
    </Section>
  );
}

/** One certificate: whose it is, until when, and its end. */
export function CertificatePage() {
  const { serial = '' } = useParams({ strict: false });
  const answer = useQuery(query('getCertificate', { params: { serialNumber: serial } }));
  const denial = useDenial('identity.revoke');
  const [revoking, setRevoking] = useState(false);
  const [releasing, setReleasing] = useState(false);
  const certificate = answer.data;
  const ended = certificate?.state === 'revoked' ? 'The certificate is revoked already' : undefined;
  return (
    <Page
      title={`Certificate ${serial}`}
      description={<RuleLine rule={3} about="One identity." />}
      actions={
        <Actions>
          <CopyAs api={`/certificates/${serial}`} cli={`bulkhead certificates show ${serial}`} />
          {certificate?.ecuSerial && needsRelease(certificate.revocationReason) && (
            <PermittedButton denial={denial} onClick={() => setReleasing(true)}>
              Release…
            </PermittedButton>
          )}
          <PermittedButton
            denial={denial ?? ended ?? (certificate ? undefined : 'The certificate is not loaded')}
            onClick={() => setRevoking(true)}
          >
            Revoke…
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="certificate" lines={8}>
        {(loaded) => (
          <>
            <Summary certificate={loaded} />
            <Section title="Certificate (PEM)">
              <CodeBlock text={loaded.pem} label="certificate" />
            </Section>
            <AuditTable within={`subject : ${quoted(loaded.serialNumber)}`} />
            {releasing && <ReleaseModal certificate={loaded} onClose={() => setReleasing(false)} />}
            {revoking && <RevokeModal certificate={loaded} onClose={() => setRevoking(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
