import { type CompiledFiles, operations, operationUrl } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, client, query, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { flash, flashFailure } from '../../ui/flash.tsx';
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

function RemoveList({ softwareId }: { softwareId: string }) {
  const denial = useDenial('vulnerabilities.decide');
  const remove = useMutation({
    mutationFn: () => client.deleteCompiledFiles({ params: { id: softwareId } }),
    onSuccess: async () => {
      flash('success', 'The list is taken away; what it settled is open again');
      await refresh();
    },
    onError: flashFailure,
  });
  return (
    <PermittedButton denial={denial} loading={remove.isPending} onClick={() => remove.mutate()}>
      Remove list
    </PermittedButton>
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
  const [isOpen, setOpen] = useState(false);
  const known = answer.data?.list ?? null;
  return (
    <Section
      title="Compiled files"
      actions={
        <Actions>
          {known && <RemoveList softwareId={softwareId} />}
          <PermittedButton denial={denial} onClick={() => setOpen(true)}>
            {known ? 'Replace list…' : 'Upload list…'}
          </PermittedButton>
        </Actions>
      }
    >
      <Loaded answer={answer} label="list of compiled files">
        {({ list }) => <InWords list={list} />}
      </Loaded>
      {isOpen && <UploadList softwareId={softwareId} onClose={() => setOpen(false)} />}
    </Section>
  );
}
