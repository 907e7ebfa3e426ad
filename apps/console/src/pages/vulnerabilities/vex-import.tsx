import { operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { areaOf, type client, compact, queryClient } from '../../api.ts';
import { FormModal } from '../../ui/form-modal.tsx';
import { integer } from '../../ui/time.ts';
import { upload } from '../../ui/upload.ts';
import { signatureTexts } from './decision-words.ts';

type Taken = Awaited<ReturnType<typeof client.importVex>>;

const fileStrings = {
  uploadButtonText: () => 'Choose file',
  dropzoneText: () => 'Drop the file here',
  removeFileAriaLabel: () => 'Remove the file',
  limitShowFewer: 'Show fewer',
  limitShowMore: 'Show more',
  errorIconAriaLabel: 'Error',
};

/** Takes a document in, with the signature that proves its author. */
export function VexImport({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [signature, setSignature] = useState('');
  const take = useMutation({
    mutationFn: async (content: File) => {
      const query = compact({ signature: signature.trim() });
      const url = operationUrl(operations.importVex, { query });
      return (await upload({
        url,
        method: 'POST',
        content,
        contentType: 'application/json',
        onProgress: () => {},
      })) as Taken;
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [areaOf('importVex')] }),
  });
  const missing = take.data ? 'It is taken in' : file ? undefined : 'Choose a document';
  return (
    <FormModal
      title="Import a VEX document"
      action="Import"
      missing={missing}
      busy={take.isPending}
      error={take.error}
      onSubmit={() => file && take.mutate(file)}
      onClose={onClose}
    >
      <FormField label="Document" description="OpenVEX, CSAF 2.0 or CycloneDX, as JSON of at most 64 MiB">
        <FileUpload
          value={file ? [file] : []}
          onChange={({ detail }) => setFile(detail.value[0])}
          i18nStrings={fileStrings}
          showFileSize
          accept=".json,application/json"
        />
      </FormField>
      <FormField
        label="Signature"
        description="Detached JWS of the author, optional. Without a valid one everything waits for a person."
      >
        <Textarea value={signature} rows={2} onChange={({ detail }) => setSignature(detail.value)} />
      </FormField>
      {take.data && <Outcome taken={take.data} />}
    </FormModal>
  );
}

function Outcome({ taken }: { taken: Taken }) {
  const { author, signature, applied, proposed, conflicting, unresolved, superseded, repeated } = taken;
  return (
    <Alert
      type={signature === 'invalid' ? 'error' : 'success'}
      header={repeated ? 'It was taken in before' : 'Taken in'}
    >
      By {author}. Signature: {signatureTexts[signature].toLowerCase()}. {integer(applied)} applied, {integer(proposed)}{' '}
      proposed, {integer(conflicting)} conflicting, {integer(unresolved)} name nothing known, {integer(superseded)} not
      newer.
    </Alert>
  );
}
