import { type MetadataDraft, operations, operationUrl } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { downloadUrl } from '../../ui/download.ts';
import { flash } from '../../ui/flash.tsx';
import { Actions, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { Expiry, KeyName } from './ceremony-roles.tsx';
import type { DialectView } from './ceremony-view.ts';

type Signed = MetadataDraft['signatures'];

const Keys = ({ ids, none }: { ids: readonly string[]; none: string }) =>
  ids.length === 0 ? (
    none
  ) : (
    <ul className="bh-plain-list">
      {ids.map((id) => (
        <li key={id}>
          <KeyName id={id} />
        </li>
      ))}
    </ul>
  );

/** Who has signed and who is missing, as a bar and in words. */
function Progress({ title, signed }: { title: string; signed: Signed }) {
  return (
    <>
      <ProgressBar
        value={signed.threshold === 0 ? 0 : Math.min(100, (100 * signed.count) / signed.threshold)}
        label={title}
        additionalInfo={`${signed.count} of ${signed.threshold} signatures`}
        ariaLabel={`${title}: ${signed.count} of ${signed.threshold} signatures`}
      />
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Have signed', value: <Keys ids={signed.valid} none="Nobody yet" /> },
          { label: 'May still sign', value: <Keys ids={signed.missing} none="Nobody: all keys have signed" /> },
          { label: 'Bad signatures', value: <Keys ids={signed.invalid} none="None" /> },
        ]}
      />
    </>
  );
}

const nameOf = ({ role, version }: MetadataDraft) => `${role} ${version}`;

function Discard({ draft, onClose }: { draft: MetadataDraft; onClose: () => void }) {
  return (
    <DangerModal
      title={`Throw the draft of ${nameOf(draft)} away`}
      confirmWord={nameOf(draft)}
      action="Throw away"
      consequence={
        <>
          <b>{integer(draft.signatures.count)} signatures</b> are lost with it. What vehicles read now does not change.
        </>
      }
      onConfirm={async () => {
        await client.discardDraft({ params: { dialect: draft.dialect, role: draft.role } });
        flash('success', `The draft of ${nameOf(draft)} is thrown away`);
        await queryClient.invalidateQueries({ queryKey: ['images'] });
      }}
      onClose={onClose}
    />
  );
}

function Draft({ draft }: { draft: MetadataDraft }) {
  const denial = useDenial('images.manage');
  const [discarding, setDiscarding] = useState(false);
  const url = operationUrl(operations.downloadMetadata, {
    params: { role: draft.role },
    query: { dialect: draft.dialect, draft: true },
  });
  return (
    <Section
      title={`${draft.role}, version ${draft.version}`}
      description="Compare the digest aloud before anybody signs; sign offline with: bulkhead sign"
      actions={
        <Actions>
          <Button ariaLabel={`Download to sign: ${nameOf(draft)}`} onClick={() => downloadUrl(url)}>
            Download to sign
          </Button>
          <PermittedButton
            denial={denial}
            ariaLabel={`Throw away… ${nameOf(draft)}`}
            onClick={() => setDiscarding(true)}
          >
            Throw away…
          </PermittedButton>
        </Actions>
      }
    >
      <Stack>
        {draft.fault && <Alert type="warning">{draft.fault}</Alert>}
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: 'Standing',
              value: (
                <Status state={draft.complete ? 'valid' : 'waiting'}>
                  {draft.complete ? 'Enough have signed' : 'Signatures are missing'}
                </Status>
              ),
            },
            { label: 'Digest', value: <Copyable value={draft.digest} label={`digest of ${nameOf(draft)}`} /> },
            { label: 'Expires', value: <Expiry at={draft.expires} /> },
            { label: 'Images', value: integer(draft.images) },
            {
              label: 'Opened',
              value: (
                <>
                  {draft.created.by}, <RelativeTime at={draft.created.at} />
                </>
              ),
            },
            { label: 'Last signature or change', value: <RelativeTime at={draft.updated.at} /> },
          ]}
        />
        <Progress title={draft.previous ? 'Keys of the new root' : 'Signatures'} signed={draft.signatures} />
        {draft.previous && <Progress title="Keys of the root before" signed={draft.previous} />}
      </Stack>
      {discarding && <Discard draft={draft} onClose={() => setDiscarding(false)} />}
    </Section>
  );
}

/** Ceremonies under way. */
export function Drafts({ dialect }: { dialect: DialectView }) {
  if (dialect.drafts.length === 0)
    return (
      <Section title="Ceremonies under way">
        <Empty
          title="None"
          next="A ceremony opens a draft; people sign it offline and hand their signatures in here, or:"
          command="bulkhead repository status"
        />
      </Section>
    );
  return dialect.drafts.map((draft) => <Draft key={`${draft.role} ${draft.version}`} draft={draft} />);
}
