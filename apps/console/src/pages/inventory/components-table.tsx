import type { Component } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { RuleLine } from '../../shell/rule-line.tsx';
import { bothFilters } from '../../table/filter-tokens.ts';
import { useCount } from '../../table/list.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Stack, useTitle } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';

const columns: readonly Column<Component>[] = [
  { id: 'name', header: 'Name', rowHeader: true, width: 220, cell: ({ name }) => name },
  { id: 'version', header: 'Version', width: 130, cell: ({ version }) => version ?? '–' },
  {
    id: 'purl',
    header: 'purl or CPE',
    width: 340,
    cell: ({ purl, cpe }) =>
      (purl ?? cpe) ? (
        <span className="bh-mono">{purl ?? cpe}</span>
      ) : (
        <Status state="medium">Nobody can identify it</Status>
      ),
  },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'softwareVersions', header: 'Software', width: 110, cell: (row) => integer(row.softwareVersions) },
  { id: 'supplier', header: 'Supplier', width: 150, cell: ({ supplier }) => supplier ?? '–' },
  { id: 'licences', header: 'Licences', width: 170, cell: ({ licences }) => licences.join(', ') || '–' },
];

const unidentified = 'identified = false';

/** Says loudly how many components no advisory can ever be matched to. */
function Unidentified({ within }: { within: string }) {
  const [state, setState] = useListState();
  const count = useCount('listComponents', bothFilters(within, unidentified));
  if (!count || state.filter === unidentified) return null;
  return (
    <Alert
      type="warning"
      header={`Nobody can identify ${integer(count)} ${count === 1 ? 'component' : 'components'}`}
      action={<Button onClick={() => setState({ filter: unidentified })}>Show them</Button>}
    >
      They have neither a purl nor a CPE, so no advisory can be matched to them: a known weakness in them stays unseen.
      Ask the supplier for an SBOM with identifiers.
    </Alert>
  );
}

/** Components of the fleet or, within a filter, of one SBOM. */
export function ComponentsTable({ within = '', heading }: { within?: string; heading?: 'h1' }) {
  return (
    <Stack>
      <Unidentified within={within} />
      <ServerTable
        operation="listComponents"
        noun="components"
        title="Components"
        {...(heading ? { headingLevel: heading } : {})}
        description={
          heading && <RuleLine rule={2} about="What the software is made of, and how many vehicles carry it." />
        }
        columns={columns}
        rowId={({ id }) => id}
        freeText="name"
        within={within}
        empty={
          <Empty
            title="No components yet"
            next="They come from SBOMs. Attach one to a software version:"
            command="bulkhead sbom upload SOFTWARE_ID bom.cdx.json"
          />
        }
      />
    </Stack>
  );
}

export function ComponentsPage() {
  useTitle('Components');
  return <ComponentsTable heading="h1" />;
}
