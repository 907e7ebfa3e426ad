import type { Import } from '@bulkhead/contract';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import Wizard from '@cloudscape-design/components/wizard';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { CodeBlock } from '../../ui/copyable.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { bytes } from '../../ui/time.ts';
import { formatOf } from './import-upload.ts';
import { keepFile } from './pending-files.ts';

type Kind = Import['kind'];
type Format = Import['format'];

const kinds: readonly { value: Kind; label: string; description: string; example: string }[] = [
  {
    value: 'vehicles',
    label: 'Vehicles',
    description: 'One row per vehicle',
    example: 'vin,model,region,plant\nWBXAA1C50P1000007,ARIA-2026,eu,plant-1',
  },
  {
    value: 'ecus',
    label: 'ECUs',
    description: 'One row per control unit, by the VIN of its vehicle',
    example: 'vin,serial,role,partNumber,supplier\nWBXAA1C50P1000007,TCU-000007,tcu,PN-tcu-01,Kestrel',
  },
  {
    value: 'software',
    label: 'Software',
    description: 'One row per software version',
    example: 'name,version,supplier,function\ntcu-os,2.4.1,Kestrel,telematics',
  },
];

function isKind(value: string): value is Kind {
  return kinds.some((kind) => kind.value === value);
}

/** Chooses what and which file; the upload itself goes on on the page of the import. */
export function NewImportPage() {
  const router = useRouter();
  const denial = useDenial('inventory.import');
  const [step, setStep] = useState(0);
  const [kind, setKind] = useState<Kind>('vehicles');
  const [files, setFiles] = useState<File[]>([]);
  const [format, setFormat] = useState<Format>('csv');
  const [start, setStart] = useState('');
  const [file] = files;
  const create = useMutation({
    mutationFn: (chosen: File) => client.createImport({ body: { kind, format, name: chosen.name.slice(0, 200) } }),
    onSuccess: (created, chosen) => {
      keepFile(created.id, chosen);
      router.history.push(paths.import(created.id));
    },
  });
  const choose = async (next: File[]) => {
    setFiles(next);
    const text = next[0] ? await next[0].slice(0, 2000).text() : '';
    setStart(text);
    if (next[0]) setFormat(formatOf(next[0].name, text));
  };
  const example = kinds.find(({ value }) => value === kind)?.example ?? '';
  const fileFault = file?.size === 0 ? 'The file is empty' : undefined;
  return (
    <Page
      title="New import"
      description="Loads many vehicles, ECUs or software versions; rows with faults are listed, the others go in."
    >
      <Wizard
        activeStepIndex={step}
        submitButtonText={file ? `Upload ${bytes(file.size)}` : 'Upload'}
        isLoadingNextStep={create.isPending}
        i18nStrings={{ stepNumberLabel: (n) => `Step ${n}`, collapsedStepsLabel: (n, of) => `Step ${n} of ${of}` }}
        onCancel={() => router.history.push(paths.imports())}
        onNavigate={({ detail }) => {
          if (detail.requestedStepIndex < 2 || (file && !fileFault)) setStep(detail.requestedStepIndex);
        }}
        onSubmit={() => {
          if (file && !denial) create.mutate(file);
        }}
        steps={[
          {
            title: 'What',
            content: (
              <SpaceBetween size="m">
                <Tiles
                  ariaLabel="What the file holds"
                  value={kind}
                  items={kinds.map(({ value, label, description }) => ({ value, label, description }))}
                  onChange={({ detail }) => isKind(detail.value) && setKind(detail.value)}
                />
                <CodeBlock text={example} label={`example of a ${kind} file`} />
              </SpaceBetween>
            ),
          },
          {
            title: 'File',
            content: (
              <FormField
                label="File"
                description="CSV with a heading line, or one JSON object per line"
                errorText={fileFault}
              >
                <FileUpload
                  value={files}
                  accept=".csv,.ndjson,.jsonl,.json,.txt"
                  showFileSize
                  onChange={({ detail }) => void choose(detail.value)}
                  i18nStrings={{
                    uploadButtonText: () => 'Choose file',
                    dropzoneText: () => 'Drop the file here',
                    removeFileAriaLabel: () => 'Remove the file',
                  }}
                />
              </FormField>
            ),
          },
          {
            title: 'Check and upload',
            content: (
              <SpaceBetween size="m">
                {create.error && <ProblemAlert error={create.error} />}
                {denial && <ProblemAlert error={new Error(denial)} />}
                <FormField label="Format">
                  <SegmentedControl
                    label="Format"
                    selectedId={format}
                    options={[
                      { id: 'csv', text: 'CSV' },
                      { id: 'ndjson', text: 'JSON lines' },
                    ]}
                    onChange={({ detail }) => setFormat(detail.selectedId === 'csv' ? 'csv' : 'ndjson')}
                  />
                </FormField>
                <FormField label="First rows">
                  <CodeBlock text={start.split('\n').slice(0, 6).join('\n')} label="first rows" />
                </FormField>
              </SpaceBetween>
            ),
          },
        ]}
      />
    </Page>
  );
}
