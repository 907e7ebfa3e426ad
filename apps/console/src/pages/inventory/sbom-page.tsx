import { operations, operationUrl, type Sbom } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { DependencyPanel } from '../../graph/dependency-panel.tsx';
import { SoftwareLink } from '../../shell/links.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { useSearchValue } from '../../ui/use-search-value.ts';
import { useTab } from '../../ui/use-tab.ts';
import { WaitingSbom } from './accept-sbom.tsx';
import { ComponentsTable } from './components-table.tsx';
import { SbomDiff } from './sbom-diff.tsx';
import { SbomLicences } from './sbom-licences.tsx';
import { ScoreMark } from './sbom-marks.tsx';
import { SbomQuality } from './sbom-quality.tsx';
import { SbomStatements } from './sbom-statements.tsx';

function Summary({ sbom }: { sbom: Sbom }) {
  return (
    <Section title="Summary">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Software', value: <SoftwareLink id={sbom.softwareId} name={`${sbom.software} ${sbom.version}`} /> },
          { label: 'State', value: <Status state={sbom.state} /> },
          { label: 'Quality', value: <ScoreMark score={sbom.score} /> },
          { label: 'Format', value: `${sbom.format} ${sbom.specVersion}` },
          { label: 'Components', value: integer(sbom.components) },
          { label: 'Unidentified', value: integer(sbom.unidentified) },
          { label: 'Supplier', value: sbom.supplier },
          { label: 'Size', value: bytes(sbom.size) },
          { label: 'Uploaded', value: <RelativeTime at={sbom.uploadedAt} /> },
          { label: 'By', value: sbom.uploadedBy },
          ...(sbom.decidedBy ? [{ label: 'Accepted by', value: `${sbom.decidedBy}: ${sbom.stateReason ?? ''}` }] : []),
          { label: 'SHA-256', value: <Copyable value={sbom.sha256} label="hash" /> },
        ]}
      />
    </Section>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert type="warning" header={`The document was read with ${integer(warnings.length)} warnings`}>
      <ExpandableSection headerText="Show them">
        <ul>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </ExpandableSection>
    </Alert>
  );
}

function Dependencies({ id }: { id: string }) {
  const [focus, setFocus] = useSearchValue('focus');
  const answer = useQuery(
    query('getSbomGraph', { params: { id }, query: { ...(focus ? { focus } : {}), limit: 300 } }),
  );
  return (
    <Loaded answer={answer} label="dependencies" lines={10}>
      {(graph) => <DependencyPanel graph={graph} onFocus={setFocus} />}
    </Loaded>
  );
}

function NotReadYet() {
  return (
    <Alert type="info" header="Only the document and its rating are stored">
      Its components come into the inventory when somebody accepts it. Until then, look at its quality, compare it with
      the one in use, or download it.
    </Alert>
  );
}

function tabsOf(sbom: Sbom) {
  const stored = (content: React.ReactNode) => (sbom.state === 'accepted' ? content : <NotReadYet />);
  return [
    {
      id: 'components',
      label: `Components (${integer(sbom.components)})`,
      content: stored(<ComponentsTable within={`sbom = ${quoted(sbom.id)}`} sbomId={sbom.id} />),
    },
    { id: 'dependencies', label: 'Dependencies', content: stored(<Dependencies id={sbom.id} />) },
    { id: 'quality', label: 'Quality', content: <SbomQuality sbom={sbom} /> },
    { id: 'licences', label: 'Licences', content: stored(<SbomLicences id={sbom.id} />) },
    { id: 'diff', label: 'Compare', content: <SbomDiff sbom={sbom} /> },
    {
      id: 'statements',
      label: `Statements (${integer(sbom.statements)})`,
      content: stored(<SbomStatements id={sbom.id} />),
    },
  ];
}

/** One SBOM as it was received: what is in it, how good it is, how it differs from others. */
export function SbomPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getSbom', { params: { id } }));
  const sbom = answer.data;
  const [tab, openTab] = useTab(sbom?.state === 'rejected' ? 'quality' : 'components');
  return (
    <Page
      title={sbom ? `SBOM of ${sbom.software} ${sbom.version}` : 'SBOM'}
      actions={
        <Actions>
          <CopyAs api={`/sboms/${id}`} cli={`bulkhead sbom show ${id}`} />
          <Button iconName="download" download href={operationUrl(operations.downloadSbom, { params: { id } })}>
            Download document
          </Button>
        </Actions>
      }
    >
      <Loaded answer={answer} label="SBOM">
        {(loaded) => (
          <>
            {loaded.state === 'rejected' && <WaitingSbom sbom={loaded} />}
            <Summary sbom={loaded} />
            <Warnings warnings={loaded.warnings} />
            <Tabs
              activeTabId={tab}
              ariaLabel="Parts of the SBOM"
              onChange={({ detail }) => openTab(detail.activeTabId)}
              tabs={tabsOf(loaded)}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
