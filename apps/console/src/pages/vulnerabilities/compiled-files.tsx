import { type CompiledFiles, operations, operationUrl } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Actions } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { upload } from '../../ui/upload.ts';

const refresh = () => queryClient.invalidateQueries({ queryKey: [areaOf('getCompiledFiles')] });

function UploadList({ softwareId, onClose }: { softwareId: string; onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [sent, setSent] = useState(0);
  const send = useMutation({
    mutationFn: (content: File) =>
      upload({
        url: operationUrl(operations.putCompiledFiles, { params: { id: softwareId } }),
        method: 'PUT',
        content,
        contentType: 'application/octet-stream',
        onProgress: setSent,
      }),
    onSuccess: async (answer) => {
      const { settles, silentBecause } = answer as CompiledFiles;
      if (silentBecause === null) flash('success', `The list settles ${integer(settles)} kernel findings`);
      else flash('warning', 'The list is kept, but settles nothing', silentBecause);
      await refresh();
      onClose();
    },
  });
  const size = file?.size ?? 0;
  return (
    <FormModal
      title="List of compiled files"
      action="Upload"
      missing={file ? undefined : 'Choose a file'}
      busy={send.isPending}
      error={send.error}
      onSubmit={() => file && send.mutate(file)}
      onClose={onClose}
    >
      <FormField
        label="File"
        description="What the build of this version compiled: paths of sources or objects, one a line, or compile_commands.json; 64 MiB at most"
      >
        <FileUpload
          value={file ? [file] : []}
          showFileSize
          onChange={({ detail }) => {
            setFile(detail.value[0]);
            setSent(0);
            send.reset();
          }}
          i18nStrings={{
            uploadButtonText: () => 'Choose file',
            dropzoneText: () => 'Drop the file here',
            removeFileAriaLabel: () => 'Remove the file',
          }}
        />
      </FormField>
      {send.isPending && (
        <ProgressBar
          value={size > 0 ? Math.min(100, Math.floor((sent / size) * 100)) : 0}
          label={sent < size ? 'Sending' : 'Judging the findings'}
          additionalInfo={`${bytes(Math.min(sent, size))} of ${bytes(size)}`}
        />
      )}
    </FormModal>
  );
}

function RemoveList({ softwareId, settles, onClose }: { softwareId: string; settles: number; onClose: () => void }) {
  return (
    <DangerModal
      title="Remove the list of compiled files"
      consequence={`${integer(settles)} kernel findings that it settles are open again, unless somebody decided about them.`}
      confirmWord="remove"
      action="Remove list"
      onConfirm={async () => {
        await client.deleteCompiledFiles({ params: { id: softwareId } });
        flash('success', 'The list is removed; what it settled is open again');
        await refresh();
      }}
      onClose={onClose}
    />
  );
}

function InWords({ list }: { list: CompiledFiles | null }) {
  if (!list)
    return (
      <Box color="text-body-secondary">
        No list yet. With one, kernel findings in code that this build left out are settled in this version alone.
      </Box>
    );
  const { files, uploadedAt, uploadedBy, settles, built, silentBecause } = list;
  return (
    <Box>
      {integer(files)} files, uploaded <RelativeTime at={uploadedAt} /> by {uploadedBy}.{' '}
      {silentBecause ??
        `Settles ${integer(settles)} kernel findings; ${integer(built)} are in code that is compiled in or cannot be told.`}
    </Box>
  );
}

/** Which files the build of a version compiled, and what follows from it. */
export function CompiledFilesLine({ softwareId }: { softwareId: string }) {
  const denial = useDenial('vulnerabilities.decide');
  const answer = useQuery(query('getCompiledFiles', { params: { id: softwareId } }));
  const [open, setOpen] = useState<'upload' | 'remove'>();
  const close = () => setOpen(undefined);
  const known = answer.data?.list ?? null;
  return (
    <Section
      title="Compiled files"
      actions={
        <Actions>
          {known && (
            <PermittedButton denial={denial} onClick={() => setOpen('remove')}>
              Remove list…
            </PermittedButton>
          )}
          <PermittedButton denial={denial} onClick={() => setOpen('upload')}>
            {known ? 'Replace list…' : 'Upload list…'}
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="list of compiled files">
        {({ list }) => <InWords list={list} />}
      </Loaded>
      {open === 'upload' && <UploadList softwareId={softwareId} onClose={close} />}
      {open === 'remove' && known && <RemoveList softwareId={softwareId} settles={known.settles} onClose={close} />}
    </Section>
  );
}
