import type { Software } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';

const columns: readonly Column<Software>[] = [
  {
    id: 'name',
    header: 'Name',
    rowHeader: true,
    width: 220,
    cell: ({ id, name }) => <Link href={paths.software(id)}>{name}</Link>,
  },
  { id: 'version', header: 'Version', width: 130, cell: ({ version }) => <span className="bh-mono">{version}</span> },
  { id: 'supplier', header: 'Supplier', width: 160, cell: ({ supplier }) => supplier },
  { id: 'function', header: 'Function', width: 140, cell: (software) => software.function },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'installations', header: 'ECUs', width: 100, cell: ({ installations }) => integer(installations) },
  {
    id: 'sbom',
    header: 'SBOM',
    width: 190,
    cell: ({ sbomId, components }) =>
      sbomId ? (
        <Link href={paths.sbom(sbomId)}>{integer(components ?? 0)} components</Link>
      ) : (
        <Status state="unknown">No SBOM</Status>
      ),
  },
  { id: 'partNumber', header: 'Part number', width: 140, hidden: true, cell: ({ partNumber }) => partNumber ?? '–' },
  { id: 'createdAt', header: 'Created', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

export function SoftwareListPage() {
  useTitle('Software');
  return (
    <ServerTable
      operation="listSoftware"
      noun="software"
      title="Software"
      headingLevel="h1"
      description={<RuleLine rule={2} about="Every version that is planned or reported." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="name"
      empty={
        <Empty
          title="No software yet"
          next="Import versions from a CSV file, or start the demo."
          command="npm run demo"
        />
      }
    />
  );
}
