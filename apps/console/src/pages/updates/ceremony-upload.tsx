import type { RepositoryStatus } from '@bulkhead/contract';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Choice } from './fields.tsx';
import { fileTexts } from './file-texts.ts';

/** Takes a file that was signed offline; signatures over the same content are added up by the server. */
export function UploadDialog({ status, onClose }: { status: RepositoryStatus; onClose: () => void }) {
  const roles = [
    ...new Set([
      'root',
      'targets',
      ...status.drafts.map(({ role }) => role),
      ...status.roles.filter(({ delegator }) => delegator !== null).map(({ name }) => name),
    ]),
  ].filter((role) => role !== 'snapshot' && role !== 'timestamp');
  const [role, setRole] = useState(status.drafts[0]?.role ?? 'root');
  const [files, setFiles] = useState<File[]>([]);
  const upload = useMutation({
    mutationFn: async () => client.uploadMetadata({ params: { role }, content: (await files[0]?.text()) ?? '' }),
    onSuccess: async ({ signatures, complete }) => {
      flash(
        'success',
        `${signatures.count} of ${signatures.threshold} signatures`,
        complete ? 'Enough have signed: publish it.' : 'More people must sign.',
      );
      await queryClient.invalidateQueries({ queryKey: ['images'] });
      onClose();
    },
  });
  return (
    <FormModal
      title="Upload a signed file"
      action="Upload"
      missing={files.length === 1 ? undefined : 'Choose the signed file'}
      busy={upload.isPending}
      error={upload.error}
      onSubmit={() => upload.mutate()}
      onClose={onClose}
    >
      <Choice label="Role" value={role} options={roles.map((name) => [name, name] as const)} onChange={setRole} />
      <FormField label="Signed file" description="As bulkhead sign wrote it; every signature is checked">
        <FileUpload value={files} onChange={({ detail }) => setFiles(detail.value)} i18nStrings={fileTexts} />
      </FormField>
    </FormModal>
  );
}
