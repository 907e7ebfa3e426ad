import type { VexAuthor } from '@bulkhead/contract';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, compact, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

const refresh = () => queryClient.invalidateQueries({ queryKey: [areaOf('listVexAuthors')] });

/** Whose signatures count, and for whose software. */
export function AuthorsTable() {
  const denial = useDenial('vulnerabilities.configure');
  const answer = useQuery(query('listVexAuthors', {}));
  const [adding, setAdding] = useState(false);
  const [gone, setGone] = useState<VexAuthor>();
  return (
    <>
      <Loaded answer={answer} label="authors" lines={5}>
        {({ items }) => (
          <Table<VexAuthor>
            items={[...items]}
            trackBy={({ id }) => id}
            enableKeyboardNavigation
            ariaLabels={{ tableLabel: 'Trusted authors' }}
            header={
              <Header
                counter={`(${items.length})`}
                description="A signature of anybody else proves nothing here."
                actions={
                  <PermittedButton denial={denial} variant="primary" onClick={() => setAdding(true)}>
                    Trust an author
                  </PermittedButton>
                }
              >
                Trusted authors
              </Header>
            }
            columnDefinitions={[
              { id: 'name', header: 'Name', isRowHeader: true, cell: ({ name }) => name },
              { id: 'supplier', header: 'For software of', cell: ({ supplier }) => supplier ?? '–' },
              {
                id: 'auto',
                header: 'Settles findings alone',
                cell: ({ autoApply }) => (autoApply ? 'Yes' : 'No, a person decides'),
              },
              { id: 'key', header: 'Key id', cell: ({ keyId }) => <Copyable value={keyId} label="key id" /> },
              { id: 'added', header: 'Trusted', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
              {
                id: 'actions',
                header: 'Actions',
                cell: (author) => (
                  <PermittedButton
                    denial={denial}
                    variant="inline-link"
                    ariaLabel={`Remove ${author.name}`}
                    onClick={() => setGone(author)}
                  >
                    Remove…
                  </PermittedButton>
                ),
              },
            ]}
            empty={
              <Empty title="No trusted authors" next="Ask a supplier for the public key that signs its documents." />
            }
          />
        )}
      </Loaded>
      {adding && <TrustAuthor onClose={() => setAdding(false)} />}
      {gone && (
        <DangerModal
          title="Trust this author no longer"
          confirmWord={gone.name}
          action="Remove author"
          consequence="New documents of this author are only proposals. Decisions that were taken over stay until they are withdrawn."
          onConfirm={async () => {
            await client.deleteVexAuthor({ params: { id: gone.id } });
            flash('success', `${gone.name} is trusted no longer`);
            await refresh();
          }}
          onClose={() => setGone(undefined)}
        />
      )}
    </>
  );
}

function TrustAuthor({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [publicKey, setPublicKey] = useState('');
  const [supplier, setSupplier] = useState('');
  const [autoApply, setAutoApply] = useState(false);
  const trust = useMutation({
    mutationFn: () =>
      client.createVexAuthor({
        body: { name: name.trim(), publicKey, autoApply, ...compact({ supplier: supplier.trim() }) },
      }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const missing = !name.trim() || !publicKey.trim() ? 'Name and public key are needed' : undefined;
  return (
    <FormModal
      title="Trust an author"
      action="Trust"
      missing={missing ?? (autoApply && !supplier.trim() ? 'Name the supplier whose software it is' : undefined)}
      busy={trust.isPending}
      error={trust.error}
      onSubmit={() => trust.mutate()}
      onClose={onClose}
    >
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Public key" description="PEM, Ed25519 or P-256; compare its fingerprint by another way">
        <Textarea value={publicKey} rows={4} onChange={({ detail }) => setPublicKey(detail.value)} />
      </FormField>
      <FormField label="Supplier" description="Whose software the author answers for, as the inventory names it">
        <Input value={supplier} onChange={({ detail }) => setSupplier(detail.value)} />
      </FormField>
      <Checkbox
        checked={autoApply}
        description="Else each statement waits for a person"
        onChange={({ detail }) => setAutoApply(detail.checked)}
      >
        Signed statements settle findings in this supplier's software by themselves
      </Checkbox>
    </FormModal>
  );
}
