import { operations, operationUrl, type Sbom } from '@bulkhead/contract';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { flash } from '../../ui/flash.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { bytes } from '../../ui/time.ts';
import { upload } from '../../ui/upload.ts';

/** Attaches an SBOM to a software version; a new one takes the place of the old. */
export function SbomUpload({ softwareId, replaces }: { softwareId: string; replaces: boolean }) {
  const denial = useDenial('inventory.write');
  const [files, setFiles] = useState<File[]>([]);
  const [sent, setSent] = useState(0);
  const [file] = files;
  const send = useMutation({
    mutationFn: (content: File) =>
      upload({
        url: operationUrl(operations.uploadSbom, { params: { id: softwareId } }),
        method: 'PUT',
        content,
        contentType: 'application/octet-stream',
        onProgress: setSent,
      }),
    onSuccess: async (answer) => {
      const { state, stateReason } = answer as Sbom;
      if (state === 'rejected') flash('warning', `${file?.name ?? 'The SBOM'} is kept, but not used`, stateReason);
      else flash('success', `${file?.name ?? 'The SBOM'} is attached`);
      setFiles([]);
      await queryClient.invalidateQueries({ queryKey: ['inventory'] });
    },
  });
  const size = file?.size ?? 0;
  const percent = size > 0 ? Math.min(100, Math.floor((sent / size) * 100)) : 0;
  return (
    <SpaceBetween size="s">
      <FormField
        label={replaces ? 'Replace the SBOM' : 'Attach an SBOM'}
        description="CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2, 2.3 or 3.0 (JSON); also packed with gzip, zstd, tar or zip"
      >
        <FileUpload
          value={files}
          showFileSize
          onChange={({ detail }) => {
            setFiles(detail.value);
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
          value={percent}
          label={percent < 100 ? 'Uploading' : 'Reading the components'}
          additionalInfo={`${bytes(Math.min(sent, size))} of ${bytes(size)}`}
        />
      )}
      {send.error && <ProblemAlert error={send.error} />}
      <PermittedButton
        denial={denial ?? (file ? undefined : 'Choose a file first')}
        variant="primary"
        loading={send.isPending}
        onClick={() => file && send.mutate(file)}
      >
        Upload SBOM
      </PermittedButton>
    </SpaceBetween>
  );
}
