import type { SbomDiff as Diff, Sbom, SbomDifference } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { useSearchValue } from '../../ui/use-search-value.ts';

const kinds: Readonly<Record<SbomDifference['kind'], readonly [state: string, text: string]>> = {
  added: ['info', 'Added'],
  removed: ['disabled', 'Removed'],
  version: ['info', 'Other version'],
  licence: ['medium', 'Other licence'],
};

const licencesOf = (licences: readonly string[]) => licences.join(', ') || 'none stated';

const columns: readonly Column<SbomDifference>[] = [
  {
    id: 'kind',
    header: 'Change',
    width: 150,
    cell: ({ kind }) => <Status state={kinds[kind][0]}>{kinds[kind][1]}</Status>,
  },
  { id: 'name', header: 'Component', rowHeader: true, width: 240, cell: ({ name }) => name },
  { id: 'from', header: 'Before', width: 150, cell: ({ fromVersion }) => fromVersion ?? '–' },
  { id: 'to', header: 'After', width: 150, cell: ({ toVersion }) => toVersion ?? '–' },
  {
    id: 'licences',
    header: 'Licences',
    width: 300,
    cell: ({ kind, fromLicences, toLicences }) =>
      kind === 'licence'
        ? `${licencesOf(fromLicences)} → ${licencesOf(toLicences)}`
        : licencesOf(toLicences.length > 0 ? toLicences : fromLicences),
  },
  {
    id: 'purl',
    header: 'purl',
    width: 300,
    cell: ({ purl }) => (purl ? <span className="bh-mono">{purl}</span> : '–'),
  },
];

function Differences({ diff }: { diff: Diff }) {
  const [kind, setKind] = useState<string>('all');
  const counts = { added: diff.added, removed: diff.removed, version: diff.versions, licence: diff.licences };
  const total = diff.added + diff.removed + diff.versions + diff.licences;
  return (
    <Stack>
      {diff.truncated && (
        <Alert type="info">The first {integer(diff.items.length)} differences are listed; the counts hold all.</Alert>
      )}
      <LocalTable
        title={`${diff.from.software} ${diff.from.version} → ${diff.to.software} ${diff.to.version}`}
        noun="differences"
        description={`${integer(diff.unchanged)} components are the same`}
        items={kind === 'all' ? diff.items : diff.items.filter((item) => item.kind === kind)}
        columns={columns}
        rowId={({ kind: what, name, purl, fromVersion, toVersion }) =>
          [what, name, purl, fromVersion, toVersion].join(' ')
        }
        textOf={({ name, purl }) => `${name} ${purl ?? ''}`}
        actions={
          <SegmentedControl
            label="Which differences"
            selectedId={kind}
            onChange={({ detail }) => setKind(detail.selectedId)}
            options={[
              { id: 'all', text: `All (${integer(total)})` },
              ...(['added', 'removed', 'version', 'licence'] as const).map((id) => ({
                id,
                text: `${kinds[id][1]} (${integer(counts[id])})`,
              })),
            ]}
          />
        }
        empty={<Empty title="No differences" next="Both documents list the same components." />}
      />
    </Stack>
  );
}

/** What changed between this SBOM and another one; versions of the same software are offered first. */
export function SbomDiff({ sbom }: { sbom: Sbom }) {
  const [against, setAgainst] = useSearchValue('against');
  const same = useQuery(query('listSboms', { query: { filter: `software = ${quoted(sbom.software)}`, limit: 200 } }));
  const others = useQuery(
    query('listSboms', { query: { filter: `software != ${quoted(sbom.software)}`, limit: 200 } }),
  );
  const optionOf = ({ id, software, version, state }: Sbom) => ({
    value: id,
    label: `${software} ${version}${state === 'rejected' ? ' (below the gate)' : ''}`,
  });
  const first = (same.data?.items ?? []).filter(({ id }) => id !== sbom.id).map(optionOf);
  const rest = (others.data?.items ?? []).map(optionOf);
  const selected = [...first, ...rest].find(({ value }) => value === against) ?? null;
  const answer = useQuery({
    ...query('diffSboms', { params: { from: against ?? sbom.id, to: sbom.id } }),
    enabled: against !== undefined,
  });
  return (
    <Stack>
      <Section
        title="Compare"
        actions={
          against && (
            <CopyAs api={`/sboms/${against}/diff/${sbom.id}`} cli={`bulkhead sbom diff ${against} ${sbom.id}`} />
          )
        }
      >
        <FormField label="What came before" description={`What changed up to ${sbom.software} ${sbom.version}`}>
          <Select
            selectedOption={selected}
            placeholder="Choose an SBOM"
            filteringType="auto"
            options={[
              { label: 'Versions of the same software', options: first },
              { label: 'Other software', options: rest },
            ]}
            empty="There is no other SBOM"
            onChange={({ detail }) => setAgainst(detail.selectedOption.value)}
          />
        </FormField>
      </Section>
      {against && (
        <Loaded answer={answer} label="differences">
          {(diff) => <Differences diff={diff} />}
        </Loaded>
      )}
    </Stack>
  );
}
