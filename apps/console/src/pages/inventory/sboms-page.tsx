import type { Sbom } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { SoftwareLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { ScoreMark } from './sbom-marks.tsx';

const columns: readonly Column<Sbom>[] = [
  {
    id: 'software',
    header: 'SBOM of',
    rowHeader: true,
    width: 240,
    cell: ({ id, software, version }) => (
      <Link href={paths.sbom(id)}>
        {software} {version}
      </Link>
    ),
  },
  { id: 'format', header: 'Format', width: 150, cell: ({ format, specVersion }) => `${format} ${specVersion}` },
  { id: 'state', header: 'State', width: 170, cell: ({ state }) => <Status state={state} /> },
  { id: 'score', header: 'Quality', width: 120, cell: ({ score }) => <ScoreMark score={score} /> },
  { id: 'supplier', header: 'Supplier', width: 150, cell: ({ supplier }) => supplier },
  { id: 'components', header: 'Components', width: 130, cell: ({ components }) => integer(components) },
  {
    id: 'unidentified',
    header: 'Unidentified',
    width: 150,
    cell: ({ unidentified }) =>
      unidentified > 0 ? <Status state="medium">{integer(unidentified)}</Status> : <Status state="current">0</Status>,
  },
  { id: 'warnings', header: 'Warnings', width: 110, cell: ({ warnings }) => warnings.length },
  { id: 'size', header: 'Size', width: 110, cell: ({ size }) => bytes(size) },
  {
    id: 'of',
    header: 'Software',
    width: 160,
    hidden: true,
    cell: ({ softwareId, software }) => <SoftwareLink id={softwareId} name={software} />,
  },
  { id: 'uploadedAt', header: 'Uploaded', width: 130, cell: ({ uploadedAt }) => <RelativeTime at={uploadedAt} /> },
  { id: 'uploadedBy', header: 'By', width: 150, cell: ({ uploadedBy }) => uploadedBy },
];

export function SbomsPage() {
  useTitle('SBOMs');
  return (
    <ServerTable
      operation="listSboms"
      noun="SBOMs"
      title="SBOMs"
      headingLevel="h1"
      description={<RuleLine rule={2} about="What the software is made of, as suppliers say." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="software"
      actions={<Button href={paths.sbomGates()}>Intake gates</Button>}
      empty={
        <Empty
          title="No SBOMs yet"
          next="Open a software version and attach one, or use the command line:"
          command="bulkhead sbom upload SOFTWARE_ID bom.cdx.json"
        />
      }
    />
  );
}
