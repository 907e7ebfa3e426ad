import { operations, operationUrl, type VehicleDetail } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { ArchitecturePanel } from '../../graph/architecture-panel.tsx';
import { useDenial } from '../../session.ts';
import { ModelLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { downloadUrl } from '../../ui/download.ts';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { useTab } from '../../ui/use-tab.ts';
import { AuditTable } from '../access/audit-table.tsx';
import { ConnectionsTable } from '../connectivity/connections-table.tsx';
import { CertificatesTable } from '../identity/certificates-table.tsx';
import { EventsTable } from '../monitoring/events-table.tsx';
import { VehicleUpdates } from '../updates/vehicle-updates.tsx';
import { VehicleFindings } from '../vulnerabilities/vehicle-findings.tsx';
import { VehicleEcus } from './vehicle-ecus.tsx';
import { VehicleHistory } from './vehicle-history.tsx';

function Summary({ vehicle }: { vehicle: VehicleDetail }) {
  return (
    <Section title="Summary">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'VIN', value: <Copyable value={vehicle.vin} label="VIN" /> },
          { label: 'State', value: <Status state={vehicle.state} /> },
          { label: 'Model', value: <ModelLink code={vehicle.model} name={vehicle.modelName} /> },
          { label: 'Software', value: <Status state={vehicle.software} /> },
          { label: 'Region', value: vehicle.region },
          { label: 'Plant', value: vehicle.plant ?? '–' },
          { label: 'ECUs with an identity', value: `${vehicle.enrolledEcus} of ${vehicle.ecus}` },
          { label: 'Last seen', value: <RelativeTime at={vehicle.lastSeenAt} /> },
        ]}
      />
    </Section>
  );
}

function tabsOf(vehicle: VehicleDetail) {
  const within = `vin = ${quoted(vehicle.vin)}`;
  return [
    { id: 'ecus', label: 'ECUs and software', content: <VehicleEcus members={vehicle.members} /> },
    {
      id: 'architecture',
      label: 'Architecture',
      content: <ArchitecturePanel architecture={vehicle.architecture} members={vehicle.members} />,
    },
    { id: 'vulnerabilities', label: 'Vulnerabilities', content: <VehicleFindings vin={vehicle.vin} /> },
    { id: 'updates', label: 'Updates', content: <VehicleUpdates vin={vehicle.vin} /> },
    { id: 'identity', label: 'Identity', content: <CertificatesTable within={within} /> },
    { id: 'connections', label: 'Connections', content: <ConnectionsTable within={within} /> },
    { id: 'events', label: 'Events', content: <EventsTable within={within} /> },
    { id: 'history', label: 'History', content: <VehicleHistory vin={vehicle.vin} /> },
    { id: 'activity', label: 'Activity', content: <AuditTable within={`subject : ${quoted(vehicle.vin)}`} /> },
  ];
}

function RetireModal({ vehicle, onClose }: { vehicle: VehicleDetail; onClose: () => void }) {
  return (
    <DangerModal
      title="Retire this vehicle"
      confirmWord={vehicle.vin}
      action="Retire vehicle"
      consequence={
        <>
          Revokes the certificates of <b>{vehicle.enrolledEcus}</b> ECUs and cuts the live connections of{' '}
          <b>{vehicle.members.filter(({ connected }) => connected).length}</b>. The vehicle never gets an identity
          again. This cannot be undone.
        </>
      }
      onConfirm={async () => {
        await client.retireVehicle({ params: { vin: vehicle.vin }, body: {} });
        flash('success', `Vehicle ${vehicle.vin} is retired`);
        await queryClient.invalidateQueries({ queryKey: ['inventory'] });
      }}
      onClose={onClose}
    />
  );
}

/** The SBOM of the whole vehicle, written anew for this download. */
function ExportSbom({ vin }: { vin: string }) {
  const urlOf = (view: 'built' | 'reported') => operationUrl(operations.exportSbom, { query: { vin, view } });
  return (
    <ButtonDropdown
      items={[
        { id: 'built', text: 'As built', secondaryText: 'What was planned for its ECUs' },
        { id: 'reported', text: 'As reported', secondaryText: 'What its ECUs said they run' },
      ]}
      onItemClick={({ detail }) => downloadUrl(urlOf(detail.id === 'reported' ? 'reported' : 'built'))}
    >
      Export SBOM
    </ButtonDropdown>
  );
}

/** The digital thread of one vehicle: what is in it, who it is, how it talks, what happened. */
export function VehiclePage() {
  const { vin = '' } = useParams({ strict: false });
  const answer = useQuery(query('getVehicle', { params: { vin } }));
  const [tab, openTab] = useTab('ecus');
  const [retiring, setRetiring] = useState(false);
  const denial = useDenial('inventory.write');
  const vehicle = answer.data;
  const retired = vehicle?.state === 'retired' ? 'The vehicle is retired already' : undefined;
  return (
    <Page
      title={`Vehicle ${vin}`}
      description={<RuleLine rule={2} about="The digital thread of one vehicle." />}
      actions={
        <Actions>
          <CopyAs api={`/vehicles/${vin}`} cli={`bulkhead vehicles show ${vin}`} />
          <ExportSbom vin={vin} />
          <PermittedButton
            denial={denial ?? retired ?? (vehicle ? undefined : 'The vehicle is not loaded')}
            onClick={() => setRetiring(true)}
          >
            Retire…
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="vehicle" lines={10}>
        {(loaded) => (
          <>
            <Summary vehicle={loaded} />
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the vehicle"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(loaded)}
            />
            {retiring && <RetireModal vehicle={loaded} onClose={() => setRetiring(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
