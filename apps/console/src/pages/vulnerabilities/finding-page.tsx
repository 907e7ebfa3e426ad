import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { DecisionForm } from './decision-form.tsx';
import { likelihood, OutcomeMark, SeverityMark, VerdictMark, VulnerabilityLink } from './marks.tsx';
import { OccurrencesTable } from './occurrences-table.tsx';
import { ProofPanel } from './proof-panel.tsx';

/** One finding: what was matched and why, how urgent it is, where it occurs. */
export function FindingPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getFinding', { params: { id } }));
  const denial = useDenial('vulnerabilities.decide');
  const [deciding, setDeciding] = useState(false);
  const found = answer.data;
  const title = found ? `${found.ref} in ${found.component.name} ${found.component.version ?? ''}` : 'Finding';
  return (
    <Page
      title={title}
      description={<RuleLine rule={4} about="A component version of the fleet met by a vulnerability." />}
      actions={
        <Actions>
          <CopyAs api={`/findings/${id}`} cli={`bulkhead findings show ${id}`} />
          <PermittedButton denial={denial} variant="primary" disabled={!found} onClick={() => setDeciding(true)}>
            Decide…
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="finding" lines={10}>
        {(finding) => (
          <>
            <Section title="How urgent" description={finding.reason}>
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'Priority', value: <OutcomeMark outcome={finding.outcome} /> },
                  { label: 'State', value: <Status state={finding.state} /> },
                  { label: 'How sure', value: <VerdictMark verdict={finding.verdict} strength={finding.strength} /> },
                  { label: 'Vulnerability', value: <VulnerabilityLink id={finding.ref} /> },
                  {
                    label: 'Severity as published',
                    value: <SeverityMark severity={finding.severity} cvss={finding.cvss} />,
                  },
                  { label: 'EPSS', value: likelihood(finding.epss) },
                  { label: 'On ECUs for', value: finding.functions.join(', ') || '–' },
                  { label: 'Vehicles', value: integer(finding.vehicles) },
                  {
                    label: 'Component',
                    value: finding.component.purl ? (
                      <Copyable value={finding.component.purl} label="package URL" />
                    ) : (
                      `${finding.component.name} ${finding.component.version ?? ''}`
                    ),
                  },
                  { label: 'First seen', value: <RelativeTime at={finding.firstSeenAt} /> },
                ]}
              />
            </Section>
            <ProofPanel proofs={finding.proofs} />
            <OccurrencesTable items={finding.occurrences} />
          </>
        )}
      </Loaded>
      {deciding && found && (
        <DecisionForm subject={{ ref: found.ref, component: found.component }} onClose={() => setDeciding(false)} />
      )}
    </Page>
  );
}
