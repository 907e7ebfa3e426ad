import type { SbomStatement } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

const shown = 3;

const columns: readonly Column<SbomStatement>[] = [
  {
    id: 'vulnerability',
    header: 'Vulnerability',
    rowHeader: true,
    width: 190,
    cell: ({ vulnerability }) =>
      /^CVE-\d{4}-\d{4,}$/.test(vulnerability) ? (
        <Link href={paths.vulnerability(vulnerability)}>{vulnerability}</Link>
      ) : (
        vulnerability
      ),
  },
  {
    id: 'status',
    header: 'Status in the document',
    width: 190,
    cell: ({ status }) => (status ? <span className="bh-mono">{status}</span> : 'only mentioned'),
  },
  { id: 'justification', header: 'Justification', width: 200, cell: ({ justification }) => justification ?? '–' },
  {
    id: 'components',
    header: 'About',
    width: 280,
    cell: ({ components, componentCount, elsewhere }) => {
      const more = componentCount - Math.min(shown, components.length);
      const names = components.slice(0, shown).join(', ');
      const outside =
        elsewhere.length > 0 ? `${names ? '; ' : ''}not in this document: ${elsewhere.slice(0, shown).join(', ')}` : '';
      return `${names}${more > 0 ? ` and ${integer(more)} more` : ''}${outside}` || '–';
    },
  },
  { id: 'detail', header: 'Detail', width: 320, cell: ({ detail }) => detail ?? '–' },
  {
    id: 'responses',
    header: 'Response',
    width: 160,
    hidden: true,
    cell: ({ responses }) => responses.join(', ') || '–',
  },
  { id: 'at', header: 'Stated', width: 130, cell: ({ at }) => <RelativeTime at={at} /> },
];

/** What the document says about vulnerabilities; kept apart from its components. */
export function SbomStatements({ id }: { id: string }) {
  return (
    <Stack>
      <Alert type="info">
        These are the words of the document. They are kept apart from the components and decide nothing by themselves.
      </Alert>
      <ServerTable
        operation="listSbomStatements"
        noun="statements"
        title="Statements about vulnerabilities"
        columns={columns}
        rowId={({ id: row }) => row}
        freeText="vulnerability"
        within={`sbom = ${quoted(id)}`}
        empty={<Empty title="No statements" next="The document says nothing about vulnerabilities, as it should be." />}
      />
    </Stack>
  );
}
