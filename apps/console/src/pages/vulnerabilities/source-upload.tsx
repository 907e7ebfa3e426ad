import { operations, operationUrl, type Source } from '@bulkhead/contract';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, queryClient } from '../../api.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { bytes } from '../../ui/time.ts';
import { upload } from '../../ui/upload.ts';

const fileStrings = {
  uploadButtonText: () => 'Choose file',
  dropzoneText: () => 'Drop the file here',
  removeFileAriaLabel: () => 'Remove the file',
  limitShowFewer: 'Show fewer',
  limitShowMore: 'Show more',
  errorIconAriaLabel: 'Error',
};

/** Sends a file into a source; a job reads it. */
export function SourceUpload({ source, onClose }: { source: Source; onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [sent, setSent] = useState(0);
  const send = useMutation({
    mutationFn: (content: File) =>
      upload({
        url: operationUrl(operations.uploadAdvisories, {
          params: { id: source.id },
          query: { name: content.name.slice(-200) },
        }),
        method: 'POST',
        content,
        contentType: 'application/octet-stream',
        onProgress: setSent,
      }),
    onSuccess: async (_answer, content) => {
      flash('success', `${content.name} is being read`);
      await queryClient.invalidateQueries({ queryKey: [areaOf('listSources')] });
      onClose();
    },
  });
  const size = file?.size ?? 0;
  return (
    <FormModal
      title={`Upload to ${source.name}`}
      action="Upload"
      missing={file ? undefined : 'Choose a file'}
      busy={send.isPending}
      error={send.error}
      onSubmit={() => file && send.mutate(file)}
      onClose={onClose}
    >
      <FormField
        label="File"
        description="JSON, NDJSON or, for EPSS, CSV; also packed with gzip, zstd, zip or tar. For larger ones use a directory on the server."
      >
        <FileUpload
          value={file ? [file] : []}
          onChange={({ detail }) => {
            setFile(detail.value[0]);
            setSent(0);
          }}
          i18nStrings={fileStrings}
          showFileSize
        />
      </FormField>
      {send.isPending && (
        <ProgressBar
          value={size > 0 ? Math.min(100, Math.floor((sent / size) * 100)) : 0}
          label="Sending"
          additionalInfo={`${bytes(Math.min(sent, size))} of ${bytes(size)}`}
        />
      )}
    </FormModal>
  );
}
