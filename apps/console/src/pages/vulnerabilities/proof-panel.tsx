import type { Proof } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { Section } from '../../ui/section.tsx';

const schemes: Readonly<Record<string, string>> = {
  generic: 'numbers and letters in order',
  linux: 'as kernel versions',
  deb: 'as Debian versions',
  rpm: 'as RPM versions',
  apk: 'as Alpine versions',
  semver: 'as semantic versions',
  pep440: 'as Python versions',
  maven: 'as Maven versions',
};

/** Why a component was matched, so that a person can check it against the record in seconds. */
export function ProofPanel({ proofs }: { proofs: readonly Proof[] }) {
  const [first, ...others] = proofs;
  if (!first) return null;
  return (
    <Section title="Proof" description="What of the component met what of the record.">
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Record', value: `${first.record} (${first.source})` },
          { label: 'Place in the record', value: <span className="bh-mono">{first.container}</span> },
          { label: 'Identified by', value: <span className="bh-mono">{first.identifier}</span> },
          { label: 'Version of the component', value: first.version || 'not known' },
          { label: 'Affected versions', value: first.range || 'all' },
          { label: 'Compared', value: schemes[first.scheme] ?? first.scheme },
          { label: 'Fixed in', value: first.fixed.join(', ') || 'the record names no fixed version' },
        ]}
      />
      {first.notes.length > 0 && (
        <ul>
          {first.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <>
          <Box variant="h3">What other records say</Box>
          <ul>
            {others.map((proof) => (
              <li key={`${proof.record} ${proof.container}`}>
                {proof.record} ({proof.source}): {proof.range || 'all versions'}, identified by{' '}
                <span className="bh-mono">{proof.identifier}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
