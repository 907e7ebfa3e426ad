import type { Import } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FileUpload from '@cloudscape-design/components/file-upload';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { bytes } from '../../ui/time.ts';
import { appendTo, positionOf, sendPieces } from './import-upload.ts';
import { keepFile, keptFile } from './pending-files.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Uploads the file of an import and starts the reading; stopped or interrupted, it goes on from where the server stands. */
function useTransfer(bulk: Import) {
  const [received, setReceived] = useState(bulk.received);
  const [error, setError] = useState<unknown>();
  const [sending, setSending] = useState(false);
  const abort = useRef<AbortController>(undefined);
  const { id } = bulk;
  const send = useCallback(
    async (file: File) => {
      const controller = new AbortController();
      abort.current?.abort();
      abort.current = controller;
      setError(undefined);
      setSending(true);
      try {
        const position = positionOf(id);
        await sendPieces({
          file,
          received: await position(),
          signal: controller.signal,
          onProgress: setReceived,
          append: appendTo(id),
          position,
          pause,
        });
        await client.startImport({ params: { id }, body: {} });
        await queryClient.invalidateQueries({ queryKey: ['inventory'] });
      } catch (failure) {
        if (!isAbort(failure)) setError(failure);
      } finally {
        if (abort.current === controller) setSending(false);
      }
    },
    [id],
  );
  const stop = useCallback(() => abort.current?.abort(), []);
  return { received, error, sending, send, stop };
}

export function ImportTransfer({ bulk }: { bulk: Import }) {
  const { received, error, sending, send, stop } = useTransfer(bulk);
  const [file, setFile] = useState(() => keptFile(bulk.id));
  useEffect(() => {
    const kept = keptFile(bulk.id);
    if (kept) void send(kept);
    return stop;
  }, [bulk.id, send, stop]);
  const pick = (chosen: File | undefined) => {
    setFile(chosen);
    if (!chosen) return;
    keepFile(bulk.id, chosen);
    void send(chosen);
  };
  const tooSmall = file !== undefined && file.size < received;
  return (
    <Section
      title="Upload"
      actions={
        sending ? <Button onClick={stop}>Pause</Button> : file && <Button onClick={() => void send(file)}>Go on</Button>
      }
    >
      <SpaceBetween size="m">
        {file ? (
          <ProgressBar
            label={sending ? 'Uploading in pieces of 4 MiB' : 'Paused'}
            value={file.size === 0 ? 0 : Math.min(100, Math.floor((received / file.size) * 100))}
            additionalInfo={`${bytes(received)} of ${bytes(file.size)}`}
          />
        ) : (
          <Alert type="info" header={`The server has ${bytes(bulk.received)} of ${bulk.name}`}>
            The upload was interrupted. Choose the same file again; it goes on from there.
            <FileUpload
              value={[]}
              onChange={({ detail }) => pick(detail.value[0])}
              i18nStrings={{ uploadButtonText: () => 'Choose the file again', removeFileAriaLabel: () => 'Remove' }}
            />
          </Alert>
        )}
        {tooSmall && <Alert type="error">This file is smaller than what was sent already: it is another file.</Alert>}
        {error !== undefined && <ProblemAlert error={error} onRetry={file ? () => void send(file) : undefined} />}
      </SpaceBetween>
    </Section>
  );
}
