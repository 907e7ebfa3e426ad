import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';

/** Says once for all what a name means. */
export function AliasForm({ name: given, onClose }: { name: string; onClose: () => void }) {
  const [name, setName] = useState(given);
  const [prefix, setPrefix] = useState(false);
  const [by, setBy] = useState<'cpe' | 'purl'>('cpe');
  const [vendor, setVendor] = useState('');
  const [product, setProduct] = useState('');
  const [purl, setPurl] = useState('');
  const meaning = by === 'cpe' ? { cpeVendor: vendor.trim(), cpeProduct: product.trim() } : { purl: purl.trim() };
  const create = useMutation({
    mutationFn: () => client.createAlias({ body: { name: name.trim(), ...(prefix ? { prefix } : {}), ...meaning } }),
    onSuccess: async () => {
      flash('success', `"${name.trim()}" has a meaning from now on`, 'Components of that name are matched anew.');
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
  });
  const complete = name.trim() && Object.values(meaning).every(Boolean);
  return (
    <FormModal
      title="Say what it is"
      action="Confirm"
      missing={complete ? undefined : 'The name and what it means are needed'}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <FormField label="Name" description="In lower case, with dashes for blanks and underscores">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <Checkbox checked={prefix} onChange={({ detail }) => setPrefix(detail.checked)}>
        For all names that begin so
      </Checkbox>
      <SegmentedControl
        label="What it is known by"
        selectedId={by}
        options={[
          { id: 'cpe', text: 'Vendor and product (CPE)' },
          { id: 'purl', text: 'Package URL' },
        ]}
        onChange={({ detail }) => setBy(detail.selectedId === 'purl' ? 'purl' : 'cpe')}
      />
      {by === 'cpe' ? (
        <>
          <FormField label="Vendor" description="As advisories write it, e.g. openssl">
            <Input value={vendor} onChange={({ detail }) => setVendor(detail.value)} />
          </FormField>
          <FormField label="Product" description="As advisories write it, e.g. openssl">
            <Input value={product} onChange={({ detail }) => setProduct(detail.value)} />
          </FormField>
        </>
      ) : (
        <FormField
          label="Package URL"
          description="Without version, e.g. pkg:deb/debian/openssl; the version is that of the component"
        >
          <Input value={purl} onChange={({ detail }) => setPurl(detail.value)} />
        </FormField>
      )}
    </FormModal>
  );
}
