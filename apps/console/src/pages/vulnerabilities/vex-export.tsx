import { operations, operationUrl } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, compact, query } from '../../api.ts';
import { CodeBlock } from '../../ui/copyable.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { vexFormats } from './decision-words.ts';

/** Our decisions as a document, and the signature that proves it. */
export function VexExport() {
  const [format, setFormat] = useState<(typeof vexFormats)[number]>(vexFormats[0]);
  const [supplier, setSupplier] = useState('');
  const [ref, setRef] = useState('');
  const asked = { format: format.value, ...compact({ supplier: supplier.trim(), ref: ref.trim() }) };
  const key = useQuery(query('getVexKey', {}));
  const sign = useMutation({ mutationFn: () => client.getVexSignature({ query: asked }) });
  return (
    <SpaceBetween size="m">
      <Section
        title="Export"
        description="What was decided, for suppliers, customers and their tools. The page of a software version exports that version alone."
      >
        <SpaceBetween size="m">
          <FormField label="Format">
            <Select
              ariaLabel="Format"
              options={[...vexFormats]}
              selectedOption={format}
              onChange={({ detail }) =>
                setFormat(vexFormats.find(({ value }) => value === detail.selectedOption.value) ?? vexFormats[0])
              }
            />
          </FormField>
          <FormField label="Supplier" description="Only software of this supplier; optional">
            <Input value={supplier} onChange={({ detail }) => setSupplier(detail.value)} />
          </FormField>
          <FormField label="Vulnerability" description="Only this one; optional">
            <Input value={ref} placeholder="CVE-2026-1234" onChange={({ detail }) => setRef(detail.value)} />
          </FormField>
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              variant="primary"
              iconName="download"
              onClick={() => location.assign(operationUrl(operations.exportVex, { query: asked }))}
            >
              Download
            </Button>
            <Button loading={sign.isPending} onClick={() => sign.mutate()}>
              Show the signature
            </Button>
          </SpaceBetween>
          {sign.error && <ProblemAlert error={sign.error} />}
          {sign.data && <CodeBlock text={sign.data.signature} label="signature" />}
        </SpaceBetween>
      </Section>
      <Section
        title="Public key"
        description="Give it to those who check: bulkhead vex verify FILE --signature FILE --key FILE"
      >
        <Loaded answer={key} label="key" lines={3}>
          {({ publicKey }) => <CodeBlock text={publicKey} label="public key" />}
        </Loaded>
      </Section>
    </SpaceBetween>
  );
}
