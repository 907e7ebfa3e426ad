import type { Release } from '@bulkhead/contract';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { useTitle } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { useSearchValue } from '../../ui/use-search-value.ts';
import { ReleaseLink, ReleaseState } from './marks.tsx';

const columns: readonly Column<Release>[] = [
  { id: 'name', header: 'Release', rowHeader: true, width: 280, cell: (release) => <ReleaseLink {...release} /> },
  { id: 'state', header: 'State', width: 160, cell: ({ state }) => <ReleaseState state={state} /> },
  { id: 'security', header: 'Security update', width: 140, cell: ({ security }) => (security ? 'Yes' : 'No') },
  { id: 'models', header: 'Models', width: 180, cell: ({ models }) => models.join(', ') || 'None named yet' },
  { id: 'items', header: 'Images', width: 90, cell: ({ items }) => integer(items) },
  { id: 'fixes', header: 'Fixes', width: 90, cell: ({ fixes }) => integer(fixes) },
  { id: 'author', header: 'Opened by', width: 150, cell: ({ createdBy }) => createdBy.name },
  { id: 'createdAt', header: 'Opened', width: 120, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'updatedAt', header: 'Changed', width: 120, cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  {
    id: 'published',
    header: 'Published',
    width: 120,
    hidden: true,
    cell: ({ publishedAt }) => <RelativeTime at={publishedAt} empty="Not yet" />,
  },
];

function NewRelease({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [security, setSecurity] = useState(false);
  const create = useMutation({
    mutationFn: () => client.createRelease({ body: { name: name.trim(), description, security } }),
    onSuccess: async (release) => {
      flash('success', `The release ${release.name} is open`, 'Add its images, then write the dossier.');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      router.history.push(paths.releaseContents(release.id));
    },
  });
  return (
    <FormModal
      title="Open a release"
      action="Open release"
      missing={name.trim() ? undefined : 'A name is needed'}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <FormField label="Name" description="As people will speak of it, such as Modem 8.1">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Description">
        <Textarea value={description} rows={3} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <Checkbox
        checked={security}
        description="Vehicles it does not reach must then be told of, or a decision against it recorded (UN R156 9.1.3)"
        onChange={({ detail }) => setSecurity(detail.checked)}
      >
        It closes a security hole
      </Checkbox>
    </FormModal>
  );
}

/** Everything that was or will be shipped to vehicles, from the first word to withdrawal. */
export function ReleasesPage() {
  useTitle('Releases');
  const denial = useDenial('updates.write');
  const [creating, setCreating] = useSearchValue('create');
  return (
    <>
      <ServerTable
        operation="listReleases"
        noun="releases"
        title="Releases"
        headingLevel="h1"
        description={<RuleLine rule={4} about="Written, verified, approved by two, published." />}
        columns={columns}
        rowId={({ id }) => id}
        freeText="name"
        actions={
          <PermittedButton denial={denial} variant="primary" onClick={() => setCreating('1')}>
            Open a release
          </PermittedButton>
        }
        empty={
          <Empty
            title="No releases yet"
            next="A release holds the images for a vehicle's ECUs and the dossier about them. Open one here, or:"
            command='bulkhead releases create --name "Modem 8.1" --security'
          />
        }
      />
      {creating && denial === undefined && <NewRelease onClose={() => setCreating(undefined)} />}
    </>
  );
}
