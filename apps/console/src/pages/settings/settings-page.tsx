import type { SystemInfo } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { Gate } from '../../shell/gate.tsx';
import { type Preferences, setPreferences, usePreferences } from '../../theme/preferences.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Page, Stack } from '../../ui/page.tsx';
import { AbsoluteTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { useTab } from '../../ui/use-tab.ts';
import { ChannelsTable } from './channels-table.tsx';
import { DeliveriesTable } from './deliveries-table.tsx';

interface ChoiceProps<K extends keyof Preferences> {
  readonly name: K;
  readonly label: string;
  readonly options: readonly (readonly [id: Preferences[K], text: string])[];
}

function Choice<K extends keyof Preferences>({ name, label, options }: ChoiceProps<K>) {
  const current = usePreferences()[name];
  return (
    <FormField label={label}>
      <SegmentedControl
        label={label}
        selectedId={current}
        options={options.map(([id, text]) => ({ id, text }))}
        onChange={({ detail }) => {
          const chosen = options.find(([id]) => id === detail.selectedId)?.[0];
          if (chosen !== undefined) setPreferences({ [name]: chosen });
        }}
      />
    </FormField>
  );
}

function Display() {
  return (
    <Section title="Display" description="Kept in this browser.">
      <SpaceBetween size="m">
        <Choice
          name="theme"
          label="Theme"
          options={[
            ['auto', 'As the system'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
        />
        <Choice
          name="density"
          label="Density"
          options={[
            ['compact', 'Compact'],
            ['comfortable', 'Comfortable'],
          ]}
        />
        <Choice
          name="timeZone"
          label="Times"
          options={[
            ['local', 'Local'],
            ['utc', 'UTC'],
          ]}
        />
      </SpaceBetween>
    </Section>
  );
}

function About({ system }: { system: SystemInfo }) {
  return (
    <>
      <Section title="Platform" description={system.demo ? 'This platform runs the demo fleet.' : undefined}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Version', value: system.version },
            { label: 'Started', value: <AbsoluteTime at={system.startedAt} /> },
            { label: 'Database', value: `PostgreSQL ${system.postgres}, ${system.database}` },
            { label: 'Node', value: system.node },
            { label: 'Replica', value: system.replica },
            {
              label: 'Root CA fingerprint (SHA-256)',
              value: <Copyable value={system.rootFingerprint} label="fingerprint" />,
            },
          ]}
        />
      </Section>
      <Table
        items={system.checks}
        trackBy="name"
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'Health checks' }}
        header={<Header counter={`(${system.checks.length})`}>Health checks</Header>}
        columnDefinitions={[
          { id: 'name', header: 'Check', isRowHeader: true, cell: ({ name }) => name },
          {
            id: 'ok',
            header: 'State',
            cell: ({ ok }) => <Status state={ok ? 'succeeded' : 'failed'}>{ok ? 'OK' : 'Failing'}</Status>,
          },
          { id: 'detail', header: 'Detail', cell: ({ detail }) => detail },
        ]}
      />
      <Table
        items={system.endpoints}
        trackBy="name"
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'Endpoints' }}
        header={<Header counter={`(${system.endpoints.length})`}>Endpoints</Header>}
        columnDefinitions={[
          { id: 'name', header: 'Endpoint', isRowHeader: true, cell: ({ name }) => name },
          { id: 'address', header: 'Address', cell: ({ address }) => <Copyable value={address} label="address" /> },
          { id: 'purpose', header: 'Purpose', cell: ({ purpose }) => purpose },
        ]}
      />
    </>
  );
}

function Config({ config }: { config: SystemInfo['config'] }) {
  return (
    <Table
      items={config}
      trackBy="path"
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: 'Configuration' }}
      header={
        <Header
          counter={`(${config.length})`}
          description="File, then BULKHEAD__SECTION__KEY, then flag; the last one wins. Secrets are never shown."
        >
          Configuration
        </Header>
      }
      columnDefinitions={[
        {
          id: 'path',
          header: 'Setting',
          isRowHeader: true,
          cell: ({ path }) => <span className="bh-mono">{path}</span>,
        },
        { id: 'value', header: 'Value', cell: ({ value }) => <span className="bh-mono">{value}</span> },
        { id: 'source', header: 'Comes from', cell: ({ source }) => source },
      ]}
    />
  );
}

function System({ children }: { children: (system: SystemInfo) => React.ReactNode }) {
  const answer = useQuery(query('getSystem', {}));
  return (
    <Loaded answer={answer} label="settings">
      {(system) => <Stack>{children(system)}</Stack>}
    </Loaded>
  );
}

function Permitted({ children }: { children: (system: SystemInfo) => React.ReactNode }) {
  return (
    <Gate permission="system.read" what="the settings of the platform">
      <System>{children}</System>
    </Gate>
  );
}

/** How this browser shows things, and how this platform is set up. */
export function SettingsPage() {
  const [tab, openTab] = useTab('display');
  return (
    <Page title="Settings" actions={<CopyAs api="/system" cli="bulkhead system show" />}>
      <Tabs
        ariaLabel="Settings"
        activeTabId={tab}
        onChange={({ detail }) => openTab(detail.activeTabId)}
        tabs={[
          { id: 'display', label: 'Display', content: <Display /> },
          { id: 'notifications', label: 'Notifications', content: <ChannelsTable /> },
          { id: 'deliveries', label: 'Delivery log', content: <DeliveriesTable /> },
          {
            id: 'platform',
            label: 'Platform',
            content: <Permitted>{(system) => <About system={system} />}</Permitted>,
          },
          {
            id: 'configuration',
            label: 'Configuration',
            content: <Permitted>{({ config }) => <Config config={config} />}</Permitted>,
          },
        ]}
      />
    </Page>
  );
}
