import type { Authority } from '@bulkhead/contract';
import Badge from '@cloudscape-design/components/badge';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { CodeBlock, Copyable } from '../../ui/copyable.tsx';
import { Page } from '../../ui/page.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

function AuthoritySection({ authority }: { authority: Authority }) {
  const { crlUrl } = authority;
  return (
    <Section
      title={authority.name}
      description={authority.subject}
      actions={<Badge color={authority.kind === 'root' ? 'blue' : 'green'}>{authority.kind}</Badge>}
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Issued by', value: authority.issuer },
            { label: 'Key', value: authority.algorithm },
            { label: 'Valid from', value: <AbsoluteTime at={authority.notBefore} /> },
            { label: 'Expires', value: <AbsoluteTime at={authority.notAfter} /> },
            { label: 'Issued', value: integer(authority.issued) },
            { label: 'Revoked', value: integer(authority.revoked) },
            { label: 'CRL number', value: authority.crlNumber === null ? '–' : String(authority.crlNumber) },
            { label: 'Next CRL', value: <RelativeTime at={authority.crlNextUpdate} empty="–" /> },
            {
              label: 'CRL',
              value: crlUrl ? (
                <Link href={crlUrl} external>
                  {crlUrl}
                </Link>
              ) : (
                '–'
              ),
            },
            { label: 'OCSP', value: authority.ocspUrl ? <span className="bh-mono">{authority.ocspUrl}</span> : '–' },
            { label: 'Serial number', value: <Copyable value={authority.serialNumber} label="serial number" /> },
            { label: 'SHA-256 fingerprint', value: <Copyable value={authority.fingerprint} label="fingerprint" /> },
          ]}
        />
        <ExpandableSection headerText="Certificate (PEM)">
          <CodeBlock text={authority.pem} label={`certificate of ${authority.name}`} />
        </ExpandableSection>
      </SpaceBetween>
    </Section>
  );
}

/** The root and issuing authorities. */
export function AuthoritiesPage() {
  const answer = useQuery(query('listAuthorities', {}));
  return (
    <Page
      title="Authorities"
      description={<RuleLine rule={3} about="Who vouches for the identities." />}
      actions={<CopyAs api="/authorities" cli="bulkhead authorities list" />}
    >
      <Loaded answer={answer} label="authorities" lines={10}>
        {({ items }) => items.map((authority) => <AuthoritySection key={authority.id} authority={authority} />)}
      </Loaded>
    </Page>
  );
}
