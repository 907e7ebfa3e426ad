import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Table from '@cloudscape-design/components/table';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type client, query } from '../../api.ts';
import { ModelLink, SoftwareLink, VinLink } from '../../shell/links.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { useTab } from '../../ui/use-tab.ts';
import { DeviceActions } from '../connectivity/device-actions.tsx';
import { CertificatesTable } from '../identity/certificates-table.tsx';
import { VehicleFindings } from '../vulnerabilities/vehicle-findings.tsx';

type EcuDetail = Awaited<ReturnType<typeof client.getEcu>>;

function Installed({ software }: Pick<EcuDetail, 'software'>) {
  return (
    <Table
      items={software}
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Software' }}
      header={<Header counter={`(${software.length})`}>Software</Header>}
      empty={<Empty title="No software" next="Nothing is planned, and the ECU has reported nothing yet." />}
      columnDefinitions={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          cell: (item) => <SoftwareLink id={item.softwareId ?? item.plannedId} name={item.name} />,
        },
        { id: 'slot', header: 'Slot', cell: ({ slot }) => slot },
        { id: 'planned', header: 'Planned', cell: ({ planned }) => planned ?? '–' },
        { id: 'reported', header: 'Reported', cell: ({ reported }) => reported ?? '–' },
        { id: 'state', header: 'State', cell: ({ state }) => <Status state={state} /> },
        { id: 'at', header: 'Reported at', cell: ({ reportedAt }) => <RelativeTime at={reportedAt} /> },
      ]}
    />
  );
}

function tabsOf(ecu: EcuDetail) {
  return [
    { id: 'software', label: 'Software', content: <Installed software={ecu.software} /> },
    {
      id: 'vulnerabilities',
      label: 'Vulnerabilities',
      content: <VehicleFindings vin={ecu.vin} serial={ecu.serial} />,
    },
    {
      id: 'certificates',
      label: 'Certificates',
      content: <CertificatesTable within={`ecuSerial = ${quoted(ecu.serial)}`} />,
    },
  ];
}

/** One ECU: what it is, what runs on it, its certificates. */
export function EcuPage() {
  const { serial = '' } = useParams({ strict: false });
  const answer = useQuery(query('getEcu', { params: { serial } }));
  const [tab, openTab] = useTab('software');
  return (
    <Page
      title={`ECU ${serial}`}
      actions={
        <Actions>
          <CopyAs api={`/ecus/${serial}`} cli={`bulkhead ecus show ${serial}`} />
          {answer.data && <DeviceActions vin={answer.data.vin} ecuSerial={serial} connected={answer.data.connected} />}
        </Actions>
      }
    >
      <Loaded answer={answer} label="ECU">
        {(ecu) => (
          <>
            <Section title="Summary">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'Serial', value: <Copyable value={ecu.serial} label="serial" /> },
                  { label: 'Vehicle', value: <VinLink vin={ecu.vin} /> },
                  { label: 'Model', value: <ModelLink code={ecu.model} /> },
                  { label: 'Role', value: `${ecu.roleName} (${ecu.function})` },
                  { label: 'Identity', value: <Status state={ecu.identity} /> },
                  { label: 'Connection', value: <Status state={ecu.connected ? 'connected' : 'disconnected'} /> },
                  { label: 'Network', value: <Status state={ecu.network} /> },
                  { label: 'Patchable', value: ecu.patchable ? 'Yes' : 'No' },
                  { label: 'Part number', value: ecu.partNumber },
                  { label: 'Supplier', value: ecu.supplier },
                  { label: 'Hardware', value: ecu.hardwareVersion ?? '–' },
                  { label: 'Last seen', value: <RelativeTime at={ecu.lastSeenAt} /> },
                ]}
              />
            </Section>
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the ECU"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(ecu)}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
