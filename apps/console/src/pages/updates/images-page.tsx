import type { Image } from '@bulkhead/contract';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes } from '../../ui/time.ts';

const states: Readonly<Record<Image['state'], readonly [state: string, text: string]>> = {
  stored: ['waiting', 'Stored, not listed yet'],
  published: ['valid', 'Listed'],
  superseded: ['superseded', 'No longer listed'],
};

const columns: readonly Column<Image>[] = [
  {
    id: 'fileName',
    header: 'Image',
    rowHeader: true,
    width: 240,
    cell: ({ fileName }) => <span className="bh-mono">{fileName}</span>,
  },
  {
    id: 'state',
    header: 'State',
    width: 180,
    cell: ({ state }) => <Status state={states[state][0]}>{states[state][1]}</Status>,
  },
  { id: 'role', header: 'Listed by', width: 130, cell: ({ role }) => role },
  { id: 'hardwareId', header: 'Fits hardware', width: 180, cell: ({ hardwareIds }) => hardwareIds.join(', ') || '–' },
  { id: 'length', header: 'Size', width: 110, cell: ({ length }) => bytes(length) },
  {
    id: 'sha256',
    header: 'SHA-256',
    width: 190,
    cell: ({ sha256, fileName }) => (
      <Copyable
        value={sha256}
        label={`SHA-256 of ${fileName}`}
        shown={<span className="bh-mono">{sha256.slice(0, 12)}…</span>}
      />
    ),
  },
  {
    id: 'confidential',
    header: 'Encrypted',
    width: 110,
    cell: ({ confidential }) => (confidential ? 'Per ECU' : 'No'),
  },
  { id: 'by', header: 'Uploaded by', width: 150, cell: ({ uploadedBy }) => uploadedBy },
  { id: 'uploadedAt', header: 'Uploaded', width: 120, cell: ({ uploadedAt }) => <RelativeTime at={uploadedAt} /> },
  {
    id: 'published',
    header: 'Listed since',
    width: 130,
    cell: ({ publishedAt }) => <RelativeTime at={publishedAt} empty="Not yet" />,
  },
];

/** The bytes that vehicles may download, and whether a signed file lists them. */
export function ImagesPage() {
  useTitle('Images');
  return (
    <ServerTable
      operation="listImages"
      noun="images"
      title="Images"
      headingLevel="h1"
      description={<RuleLine rule={4} about="Held by their hash; no vehicle gets one that no signed file lists." />}
      columns={columns}
      rowId={({ id }) => id}
      freeText="fileName"
      empty={
        <Empty
          title="No images yet"
          next="Images are uploaded in pieces and verified by hash; an interrupted upload goes on:"
          command="bulkhead images upload tcu-os-8.1.bin --hardware-ids PN-tcu"
        />
      }
    />
  );
}
