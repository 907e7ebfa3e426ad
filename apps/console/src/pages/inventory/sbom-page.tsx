import { operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { SoftwareLink } from '../../shell/links.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { ComponentsTable } from './components-table.tsx';

/** One SBOM as it was received, and the components in it. */
export function SbomPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getSbom', { params: { id } }));
  const sbom = answer.data;
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
            <Section title="Summary">
              <KeyValuePairs
                columns={4}
                items={[
                  {
                    label: 'Software',
                    value: <SoftwareLink id={loaded.softwareId} name={`${loaded.software} ${loaded.version}`} />,
                  },
                  { label: 'Format', value: `${loaded.format} ${loaded.specVersion}` },
                  { label: 'Components', value: integer(loaded.components) },
                  { label: 'Without purl and CPE', value: integer(loaded.unidentified) },
                  { label: 'Size', value: bytes(loaded.size) },
                  { label: 'Uploaded', value: <RelativeTime at={loaded.uploadedAt} /> },
                  { label: 'By', value: loaded.uploadedBy },
                  { label: 'SHA-256', value: <Copyable value={loaded.sha256} label="hash" /> },
                ]}
              />
            </Section>
            {loaded.warnings.length > 0 && (
              <Alert type="warning" header="The document was accepted with warnings">
                <ul>
                  {loaded.warnings.map((warning) => (
                    <li key={warning}>{warning}</li>
                  ))}
                </ul>
              </Alert>
            )}
            <ComponentsTable within={`sbom = ${quoted(loaded.id)}`} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
