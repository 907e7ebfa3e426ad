import { type DirectorStatus, operations } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { downloadText } from '../../ui/download.ts';
import { flash } from '../../ui/flash.tsx';
import { FormModal } from '../../ui/form-modal.tsx';
import { Actions } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { Expiry } from './ceremony-roles.tsx';
import { dialectNames } from './dialect-names.ts';
import { fileTexts } from './file-texts.ts';

type Draft = NonNullable<DirectorStatus['draft']>;

function Upload({ onClose }: { onClose: () => void }) {
  const [files, setFiles] = useState<File[]>([]);
  const upload = useMutation({
    mutationFn: async () => client.signDirectorRoot({ body: { document: (await files[0]?.text()) ?? '' } }),
    onSuccess: async ({ draft }) => {
      flash('success', draft ? 'The signature is taken; more are missing' : 'The root is published');
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
      onClose();
    },
  });
  return (
    <FormModal
      title="Upload a signed root of the Director"
      action="Upload"
      missing={files.length === 1 ? undefined : 'Choose the signed file'}
      busy={upload.isPending}
      error={upload.error}
      onSubmit={() => upload.mutate()}
      onClose={onClose}
    >
      <FormField label="Signed file" description="As bulkhead root sign wrote it; published when enough have signed">
        <FileUpload value={files} i18nStrings={fileTexts} onChange={({ detail }) => setFiles(detail.value)} />
      </FormField>
    </FormModal>
  );
}

/** The next root of the Director, with who signed it and who is missing. */
export function DirectorDraft({ draft }: { draft: Draft }) {
  const denial = useDenial(operations.signDirectorRoot.permission);
  const [open, setOpen] = useState<'upload' | 'discard'>();
  const close = () => setOpen(undefined);
  return (
    <Section
      title={`Root of the Director, version ${draft.version}`}
      description="Each wire form is signed; it is published when both have enough signatures"
      actions={
        <Actions>
          {draft.dialects.map(({ dialect, document }) => (
            <Button
              key={dialect}
              onClick={() =>
                downloadText(`director-root-${draft.version}-${dialect}.json`, document, 'application/json')
              }
            >
              Download for {dialectNames[dialect]}
            </Button>
          ))}
          <PermittedButton denial={denial} onClick={() => setOpen('upload')}>
            Upload signed root…
          </PermittedButton>
          <PermittedButton denial={denial} onClick={() => setOpen('discard')}>
            Throw away…
          </PermittedButton>
        </Actions>
      }
    >
      <KeyValuePairs
        columns={4}
        items={[
          ...draft.dialects.map(({ dialect, complete, signatures }) => ({
            label: `For ${dialectNames[dialect]} clients`,
            value: <Status state={complete ? 'valid' : 'waiting'}>{signatures}</Status>,
          })),
          { label: 'Expires', value: <Expiry at={draft.expires} /> },
          {
            label: 'Opened',
            value: (
              <>
                {draft.createdBy}, <RelativeTime at={draft.createdAt} />
              </>
            ),
          },
        ]}
      />
      {open === 'upload' && <Upload onClose={close} />}
      {open === 'discard' && (
        <DangerModal
          title="Throw the next root of the Director away"
          confirmWord={`root ${draft.version}`}
          action="Throw away"
          consequence="Its signatures and the keys made for it are lost. What vehicles read now does not change."
          onConfirm={async () => {
            await client.discardDirectorRoot({});
            flash('success', 'The draft is thrown away');
            await queryClient.invalidateQueries({ queryKey: ['updates'] });
          }}
          onClose={close}
        />
      )}
    </Section>
  );
}
