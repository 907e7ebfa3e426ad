import type { VehicleManifest } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { VinLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { dialectNames } from './dialect-names.ts';

const columnsOf = (open: (manifest: VehicleManifest) => void): readonly Column<VehicleManifest>[] => [
  { id: 'vin', header: 'VIN', rowHeader: true, width: 210, cell: ({ vin }) => <VinLink vin={vin} /> },
  {
    id: 'outcome',
    header: 'Outcome',
    width: 120,
    cell: ({ outcome }) => (
      <Status state={outcome === 'accepted' ? 'valid' : 'failed'}>
        {outcome === 'accepted' ? 'Accepted' : 'Refused'}
      </Status>
    ),
  },
  { id: 'detail', header: 'In words', width: 340, cell: ({ detail }) => detail || '–' },
  { id: 'ecus', header: 'ECUs', width: 80, cell: ({ ecus }) => integer(ecus.length) },
  { id: 'attacks', header: 'Attacks reported', width: 180, cell: ({ ecus }) => attacksOf(ecus) || 'None' },
  { id: 'count', header: 'Said', width: 90, cell: ({ count }) => `${integer(count)}×` },
  { id: 'dialect', header: 'Client', width: 110, cell: ({ dialect }) => dialectNames[dialect] },
  { id: 'receivedAt', header: 'First', width: 120, cell: ({ receivedAt }) => <RelativeTime at={receivedAt} /> },
  { id: 'lastAt', header: 'Last', width: 120, cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
  {
    id: 'open',
    header: 'As received',
    width: 120,
    cell: (manifest) => (
      <Button
        variant="inline-link"
        ariaLabel={`Show the manifest of ${manifest.vin} as received`}
        onClick={() => open(manifest)}
      >
        Show
      </Button>
    ),
  },
];

const attacksOf = (ecus: VehicleManifest['ecus']) =>
  ecus
    .map(({ attacks }) => attacks)
    .filter((text) => text !== '')
    .join(', ');

function Document({ manifest, onClose }: { manifest: VehicleManifest; onClose: () => void }) {
  const answer = useQuery(query('getManifest', { params: { id: manifest.id } }));
  return (
    <Modal visible size="large" header={`Manifest of ${manifest.vin}`} closeAriaLabel="Close" onDismiss={onClose}>
      <Loaded answer={answer} label="manifest">
        {({ document }) => <CodeBlock text={document} label="manifest" />}
      </Loaded>
    </Modal>
  );
}

/** What vehicles said is installed, signed by each of their ECUs. */
export function ManifestsPage() {
  useTitle('Manifests');
  const [open, setOpen] = useState<VehicleManifest>();
  return (
    <>
      <ServerTable
        operation="listManifests"
        noun="manifests"
        title="Manifests"
        headingLevel="h1"
        description={<RuleLine rule={4} about="What ECUs sign that they run; a success is what stands here." />}
        columns={columnsOf(setOpen)}
        rowId={({ id }) => id}
        freeText="vin"
        empty={
          <Empty
            title="No manifests yet"
            next="A vehicle sends one whenever it asks for updates. They are listed here, and by:"
            command="bulkhead manifests list --filter 'outcome = refused'"
          />
        }
      />
      {open && <Document manifest={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}
