import type { NotificationChannel } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { CodeBlock } from '../../ui/copyable.tsx';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { OnceModal } from '../../ui/form-modal.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { integer } from '../../ui/time.ts';

export const refreshChannels = () => queryClient.invalidateQueries({ queryKey: ['notifications'] });

/** Sends a real test message and says how it went. */
export function TestButton({ channel, variant }: { channel: NotificationChannel; variant?: 'inline-link' }) {
  const { id, name } = channel;
  const denial = useDenial('notifications.write');
  const test = useMutation({
    mutationFn: () => client.testNotificationChannel({ params: { id }, body: {} }),
    onSuccess: async ({ delivered, detail, milliseconds }) => {
      const head = delivered ? `The test of ${name} arrived` : `The test of ${name} failed`;
      flash(delivered ? 'success' : 'error', head, `${detail}. It took ${integer(milliseconds)} ms.`);
      await refreshChannels();
    },
    onError: flashFailure,
  });
  return (
    <PermittedButton
      denial={denial}
      ariaLabel={`Test ${name}`}
      loading={test.isPending}
      loadingText={`Testing ${name}`}
      onClick={() => test.mutate()}
      {...(variant ? { variant } : {})}
    >
      Test
    </PermittedButton>
  );
}

/** The secret of a webhook, in the only moment in which it is known. */
export function SecretModal({
  secret,
  rotated = false,
  onClose,
}: {
  secret: string;
  rotated?: boolean;
  onClose: () => void;
}) {
  return (
    <OnceModal title="Store the signing secret now" onClose={onClose}>
      <SpaceBetween size="s">
        <Alert type="warning">
          It is shown only this once. The receiver checks with it that a message comes from here and was not changed.
          {rotated && ' Until tomorrow at this time the secret before it is valid too.'}
        </Alert>
        <CodeBlock text={secret} label="secret" />
      </SpaceBetween>
    </OnceModal>
  );
}

interface ModalProps {
  readonly channel: NotificationChannel;
  readonly onClose: () => void;
}

export function RotateModal({ channel, onClose, onSecret }: ModalProps & { onSecret: (secret: string) => void }) {
  const { id, name } = channel;
  return (
    <DangerModal
      title="Give the webhook a new secret"
      confirmWord={name}
      action="Create new secret"
      consequence={
        <>
          Messages are signed with <b>both</b> secrets for 24 hours, then with the new one alone. A receiver that does
          not have it by then refuses them.
        </>
      }
      onConfirm={async () => {
        const { secret } = await client.rotateNotificationSecret({ params: { id }, body: {} });
        await refreshChannels();
        onSecret(secret);
      }}
      onClose={onClose}
    />
  );
}

export function DeleteModal({ channel, onClose, onDeleted }: ModalProps & { onDeleted: () => void }) {
  const { id, name, waiting } = channel;
  return (
    <DangerModal
      title="Delete the channel"
      confirmWord={name}
      action="Delete channel"
      consequence={
        <>
          <b>{integer(waiting)}</b> {waiting === 1 ? 'message that waits is' : 'messages that wait are'} never sent, and
          the log of the channel goes with it. To pause it, switch it off instead.
        </>
      }
      onConfirm={async () => {
        await client.deleteNotificationChannel({ params: { id } });
        flash('success', `The channel ${name} is deleted`);
        onDeleted();
        // not its own page, which would ask once more for what is gone
        await queryClient.invalidateQueries({ queryKey: ['notifications', 'listNotificationChannels'] });
      }}
      onClose={onClose}
    />
  );
}

/** Sends everything again that was given up on. */
export function ResendAllButton({ channel: { id, undeliverable } }: { channel: NotificationChannel }) {
  const denial = useDenial('notifications.write');
  const resend = useMutation({
    mutationFn: () => client.resendNotificationChannel({ params: { id }, body: {} }),
    onSuccess: async ({ deliveries }) => {
      flash('success', `${integer(deliveries)} ${deliveries === 1 ? 'delivery is' : 'deliveries are'} tried again now`);
      await refreshChannels();
    },
    onError: flashFailure,
  });
  return (
    <PermittedButton
      denial={denial ?? (undeliverable === 0 ? 'Nothing is undeliverable' : undefined)}
      loading={resend.isPending}
      onClick={() => resend.mutate()}
    >
      {undeliverable === 0 ? 'Send again' : `Send ${integer(undeliverable)} again`}
    </PermittedButton>
  );
}
