import type { Component } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useMemo } from 'react';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { bothFilters } from '../../table/filter-tokens.ts';
import { useCount } from '../../table/list.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Actions, Stack, useTitle } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';

const graphColumn = (sbomId: string): Column<Component> => ({
  id: 'graph',
  header: 'Dependencies',
  width: 140,
  cell: ({ id, name }) => (
    <Link href={`${paths.sbom(sbomId, 'dependencies')}&focus=${id}`} ariaLabel={`Show the dependencies of ${name}`}>
      Show
    </Link>
  ),
});

const columns: readonly Column<Component>[] = [
  { id: 'name', header: 'Name', rowHeader: true, width: 220, cell: ({ name }) => name },
  { id: 'version', header: 'Version', width: 130, cell: ({ version }) => version ?? '–' },
  {
    id: 'purl',
    header: 'purl or CPE',
    width: 340,
    cell: ({ purl, cpe, alias }) => {
      const text = purl ?? cpe;
      if (alias !== null) return <Status state="confirmed">{alias}, confirmed by a person</Status>;
      if (text === null) return <Status state="medium">Nobody can identify it</Status>;
      // a URL of Yocto names a recipe, which no advisory does
      if (cpe === null && text.startsWith('pkg:yocto/'))
        return <Status state="medium">{text}, which no advisory names</Status>;
      return <span className="bh-mono">{text}</span>;
    },
  },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'softwareVersions', header: 'Software', width: 110, cell: (row) => integer(row.softwareVersions) },
  { id: 'source', header: 'Built from', width: 140, hidden: true, cell: ({ source }) => source ?? '–' },
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
      action={
        <Actions>
          <Button onClick={() => setState({ filter: unidentified })}>Show them</Button>
          <Button href={paths.unidentified()}>Say what they are</Button>
        </Actions>
      }
    >
      No advisory can be matched to them: a known weakness in them stays unseen. Say what they are, or ask the supplier
      for an SBOM with identifiers.
    </Alert>
  );
}

/** Components of the fleet or, within a filter, of one SBOM. */
export function ComponentsTable(props: { within?: string; heading?: 'h1'; sbomId?: string }) {
  const { within = '', heading, sbomId } = props;
  const shown = useMemo(() => (sbomId ? [...columns, graphColumn(sbomId)] : columns), [sbomId]);
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
        columns={shown}
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
