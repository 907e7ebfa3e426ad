import { operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type client, query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { downloadUrl } from '../../ui/download.ts';
import { Actions, Page, Stack } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { CompiledFilesLine } from '../vulnerabilities/compiled-files.tsx';
import { vexFormats } from '../vulnerabilities/decision-words.ts';
import { FindingsTable } from '../vulnerabilities/findings-table.tsx';
import { ComponentsTable } from './components-table.tsx';
import { SbomUpload } from './sbom-upload.tsx';

type SoftwareDetail = Awaited<ReturnType<typeof client.getSoftware>>;

/** An SBOM that was kept below the gate, while another one or none is in use. */
function Waiting({ softwareId }: { softwareId: string }) {
  const filter = `softwareId = ${quoted(softwareId)} and state = rejected`;
  const { data } = useQuery(query('listSboms', { query: { filter, limit: 1 } }));
  const [sbom] = data?.items ?? [];
  if (!sbom) return null;
  return (
    <Alert
      type="warning"
      header="An SBOM waits below the intake gate"
      action={<Button href={paths.sbom(sbom.id)}>Look at it</Button>}
    >
      {sbom.stateReason}
    </Alert>
  );
}

/** What was decided about this version, as a document for others. */
function ExportVex({ id }: { id: string }) {
  return (
    <ButtonDropdown
      items={vexFormats.map(({ value, label }) => ({ id: value, text: label }))}
      onItemClick={({ detail }) => {
        const format = vexFormats.find(({ value }) => value === detail.id);
        if (format)
          downloadUrl(operationUrl(operations.exportVex, { query: { format: format.value, softwareId: id } }));
      }}
    >
      Export VEX
    </ButtonDropdown>
  );
}

function tabsOf({ id, sbomId }: SoftwareDetail) {
  return [
    {
      id: 'sbom',
      label: 'SBOM',
      content: (
        <Stack>
          <Section title="SBOM" description="What this version is made of, as its supplier says.">
            <SbomUpload softwareId={id} replaces={sbomId !== null} />
          </Section>
          {sbomId && <ComponentsTable within={`sbom = ${quoted(sbomId)}`} sbomId={sbomId} />}
        </Stack>
      ),
    },
    {
      id: 'vulnerabilities',
      label: 'Vulnerabilities',
      content: (
        <Stack>
          {sbomId && <CompiledFilesLine softwareId={id} />}
          <FindingsTable within={`softwareVersion = ${quoted(id)}`} />
        </Stack>
      ),
    },
  ];
}

/** One software version: where it runs and what it is made of. */
export function SoftwarePage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getSoftware', { params: { id } }));
  const [tab, openTab] = useTab('sbom');
  const software = answer.data;
  return (
    <Page
      title={software ? `${software.name} ${software.version}` : 'Software'}
      actions={
        <Actions>
          <CopyAs api={`/software/${id}`} cli={`bulkhead software show ${id}`} />
          {software?.sbomId && <ExportVex id={id} />}
          {software?.sbomId && (
            <Button
              iconName="download"
              download
              href={operationUrl(operations.exportSbom, { query: { software: id } })}
            >
              Export SBOM
            </Button>
          )}
        </Actions>
      }
    >
      <Loaded answer={answer} label="software">
        {(loaded) => (
          <>
            <Section title="Summary">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'Name', value: loaded.name },
                  { label: 'Version', value: loaded.version },
                  { label: 'Supplier', value: loaded.supplier },
                  { label: 'Function', value: loaded.function },
                  { label: 'Vehicles that run it', value: integer(loaded.vehicles) },
                  { label: 'ECUs that run it', value: integer(loaded.installations) },
                  { label: 'Part number', value: loaded.partNumber ?? '–' },
                  { label: 'Created', value: <RelativeTime at={loaded.createdAt} /> },
                  { label: 'SHA-256', value: loaded.sha256 ? <Copyable value={loaded.sha256} label="hash" /> : '–' },
                  {
                    label: 'SBOM',
                    value: loaded.sbomId ? (
                      <Link href={paths.sbom(loaded.sbomId)}>{integer(loaded.components ?? 0)} components</Link>
                    ) : (
                      'None yet'
                    ),
                  },
                ]}
              />
            </Section>
            <Waiting softwareId={loaded.id} />
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the software"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(loaded)}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
