import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { areaOf, client, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import {
  type AdvisoryDraft,
  advisoryOf,
  missingInAdvisory,
  newAdvisory,
  newProduct,
  type ProductDraft,
  wordsIn,
} from './advisory-draft.ts';

const identifiers = [
  { value: 'name', label: 'Name of the component' },
  { value: 'purl', label: 'Package URL without version' },
  { value: 'cpe', label: 'CPE 2.3 without version' },
] as const;
const examples = { name: 'uds-stack', purl: 'pkg:generic/uds-stack', cpe: 'cpe:2.3:a:vendor:product:*:*:*:*:*:*:*:*' };
const exploitations = [
  { value: '', label: 'Nothing is known' },
  { value: 'poc', label: 'A way to exploit it is public' },
  { value: 'active', label: 'It is being exploited' },
] as const;

interface ProductProps {
  readonly product: ProductDraft;
  readonly change: (change: Partial<ProductDraft>) => void;
  readonly remove: (() => void) | undefined;
}

/** One affected product and which of its versions. */
function Product({ product, change, remove }: ProductProps) {
  const text = (key: 'introduced' | 'fixed' | 'lastAffected', label: string, description: string) => (
    <FormField label={label} description={description}>
      <Input value={product[key]} onChange={({ detail }) => change({ [key]: detail.value })} spellcheck={false} />
    </FormField>
  );
  return (
    <SpaceBetween size="s">
      <ColumnLayout columns={2}>
        <FormField label="Recognised by">
          <Select
            selectedOption={identifiers.find(({ value }) => value === product.by) ?? identifiers[0]}
            options={identifiers}
            onChange={({ detail }) => change({ by: detail.selectedOption.value as ProductDraft['by'] })}
          />
        </FormField>
        <FormField label="Product">
          <Input
            value={product.product}
            placeholder={examples[product.by]}
            onChange={({ detail }) => change({ product: detail.value })}
            spellcheck={false}
          />
        </FormField>
      </ColumnLayout>
      <ColumnLayout columns={4}>
        {text('introduced', 'First affected', 'Empty: from the very first')}
        {text('fixed', 'First fixed', 'Empty: no fix yet')}
        {text('lastAffected', 'Or last affected', 'Where no fix is named')}
        <FormField label="Single versions" description="Separated by commas">
          <Input
            value={product.versions}
            onChange={({ detail }) => change({ versions: detail.value })}
            spellcheck={false}
          />
        </FormField>
      </ColumnLayout>
      {remove && (
        <Button variant="inline-link" ariaLabel={`Remove ${product.product || 'this product'}`} onClick={remove}>
          Remove this product
        </Button>
      )}
    </SpaceBetween>
  );
}

interface PartProps {
  readonly draft: AdvisoryDraft;
  readonly change: (change: Partial<AdvisoryDraft>) => void;
}

function What({ draft, change }: PartProps) {
  return (
    <Section title="What is wrong">
      <SpaceBetween size="m">
        <FormField label="Title" description="What is wrong where, in one line">
          <Input value={draft.title} onChange={({ detail }) => change({ title: detail.value })} />
        </FormField>
        <FormField label="Description">
          <Textarea value={draft.summary} rows={4} onChange={({ detail }) => change({ summary: detail.value })} />
        </FormField>
        <ColumnLayout columns={2}>
          <FormField label="CVE ids" description="It then stands on the page of that CVE">
            <Input
              value={draft.aliases}
              placeholder="CVE-2026-12345"
              onChange={({ detail }) => change({ aliases: detail.value })}
              spellcheck={false}
            />
          </FormField>
          <FormField
            label="Own number"
            description="Empty takes the next BH number of the year; a known one is replaced"
          >
            <Input value={draft.ref} onChange={({ detail }) => change({ ref: detail.value })} spellcheck={false} />
          </FormField>
        </ColumnLayout>
      </SpaceBetween>
    </Section>
  );
}

function HowBad({ draft, change }: PartProps) {
  return (
    <Section title="How bad it is">
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          <FormField label="CVSS vector" description="Of any version, 2.0 to 4.0">
            <Input
              value={draft.vector}
              placeholder="CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
              onChange={({ detail }) => change({ vector: detail.value })}
              spellcheck={false}
            />
          </FormField>
          <FormField label="Exploitation">
            <Select
              selectedOption={exploitations.find(({ value }) => value === draft.exploitation) ?? exploitations[0]}
              options={exploitations}
              onChange={({ detail }) =>
                change({ exploitation: detail.selectedOption.value as AdvisoryDraft['exploitation'] })
              }
            />
          </FormField>
          <FormField label="Weaknesses" description="CWE ids, separated by spaces">
            <Input
              value={draft.cwes}
              placeholder="CWE-121"
              onChange={({ detail }) => change({ cwes: detail.value })}
              spellcheck={false}
            />
          </FormField>
          <FormField label="References" description="Web addresses, separated by spaces">
            <Input
              value={draft.references}
              placeholder="https://example.org/report"
              onChange={({ detail }) => change({ references: detail.value })}
              spellcheck={false}
            />
          </FormField>
        </ColumnLayout>
      </SpaceBetween>
    </Section>
  );
}

function Products({ draft, change }: PartProps) {
  const { products } = draft;
  const replace = (key: number, more: Partial<ProductDraft>) =>
    change({ products: products.map((one) => (one.key === key ? { ...one, ...more } : one)) });
  return (
    <Section title="What is affected" counter={`(${products.length})`}>
      <SpaceBetween size="l">
        {products.map((product) => (
          <Product
            key={product.key}
            product={product}
            change={(more) => replace(product.key, more)}
            remove={
              products.length > 1
                ? () => change({ products: products.filter(({ key }) => key !== product.key) })
                : undefined
            }
          />
        ))}
        <Button
          iconName="add-plus"
          onClick={() =>
            change({ products: [...products, newProduct(Math.max(...products.map(({ key }) => key)) + 1)] })
          }
        >
          Add a product
        </Button>
      </SpaceBetween>
    </Section>
  );
}

/** An advisory typed by hand, for what no public source tells of; matched as soon as it is written. */
export function AdvisoryFormPage() {
  const denial = useDenial('vulnerabilities.decide');
  const navigate = useNavigate();
  const [draft, setDraft] = useState<AdvisoryDraft>(newAdvisory);
  const change = (more: Partial<AdvisoryDraft>) => setDraft((before) => ({ ...before, ...more }));
  const write = useMutation({
    mutationFn: () => client.putOwnAdvisory({ body: advisoryOf(draft) }),
    onSuccess: async ({ ref, findings }) => {
      flash('success', `${ref} is written: ${findings === 1 ? '1 finding' : `${findings} findings`}`);
      await queryClient.invalidateQueries({ queryKey: [areaOf('putOwnAdvisory')] });
      const [cve] = wordsIn(draft.aliases).filter((alias) => alias.startsWith('CVE-'));
      await navigate({ to: paths.vulnerability(cve ?? ref) });
    },
  });
  const missing = missingInAdvisory(draft);
  return (
    <Page
      title="Write an advisory"
      description={<RuleLine rule={4} about="For what no public source tells of, such as the stack of a supplier." />}
    >
      <What draft={draft} change={change} />
      <Products draft={draft} change={change} />
      <HowBad draft={draft} change={change} />
      {write.error && <ProblemAlert error={write.error} />}
      <Actions>
        <PermittedButton
          denial={denial ?? missing}
          variant="primary"
          loading={write.isPending}
          onClick={() => write.mutate()}
        >
          Write advisory
        </PermittedButton>
        <Button variant="link" href={paths.sources()}>
          Cancel
        </Button>
      </Actions>
    </Page>
  );
}
