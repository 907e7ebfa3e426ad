import type { FleetLicence } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { LicenceKindMark } from './sbom-marks.tsx';

const columns: readonly Column<FleetLicence>[] = [
  {
    id: 'licence',
    header: 'Licence',
    rowHeader: true,
    width: 420,
    cell: ({ licence }) => (
      <Link href={paths.components({ filter: `licence = ${quoted(licence)}` })}>{licence || 'None stated'}</Link>
    ),
  },
  { id: 'kind', header: 'Kind', width: 180, cell: ({ kind }) => <LicenceKindMark kind={kind} /> },
  { id: 'components', header: 'Components', width: 140, cell: ({ components }) => integer(components) },
  { id: 'software', header: 'Software', width: 140, cell: ({ software }) => integer(software) },
];

export function LicencesPage() {
  useTitle('Licences');
  return (
    <ServerTable
      operation="listLicences"
      noun="licences"
      title="Licences"
      headingLevel="h1"
      description={
        <RuleLine rule={2} about="What the licences in the fleet ask for; of a choice the mildest counts." />
      }
      columns={columns}
      rowId={({ licence }) => licence}
      freeText="licence"
      empty={
        <Empty
          title="No licences yet"
          next="They come from SBOMs. Attach one to a software version:"
          command="bulkhead sbom upload SOFTWARE_ID bom.cdx.json"
        />
      }
    />
  );
}
