import type { NotificationChannel } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { Gate } from '../../shell/gate.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { AbsoluteTime, RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import {
  DeleteModal,
  ResendAllButton,
  RotateModal,
  refreshChannels,
  SecretModal,
  TestButton,
} from './channel-actions.tsx';
import { type ChannelDraft, changeIn, draftOf } from './channel-draft.ts';
import { ChannelForm } from './channel-form.tsx';
import { hearsText, kindText, scheduleText } from './channel-words.ts';
import { DeliveriesTable } from './deliveries-table.tsx';

function Summary({ channel }: { channel: NotificationChannel }) {
  return (
    <>
      {channel.lastError !== null && channel.enabled && (
        <Alert
          type="error"
          header={`The last attempt failed${channel.failures > 1 ? ` (${integer(channel.failures)} in a row)` : ''}`}
        >
          {channel.lastError}.{' '}
          {channel.nextAttemptAt && (
            <>
              Next attempt <RelativeTime at={channel.nextAttemptAt} />. What waits keeps its order.
            </>
          )}
        </Alert>
      )}
      <Section title="Summary">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'State', value: <Status state={channel.state} /> },
            { label: 'Kind', value: kindText(channel) },
            { label: 'Goes to', value: <span className="bh-mono">{channel.target}</span> },
            { label: 'When', value: scheduleText(channel) },
            { label: 'Hears', value: hearsText(channel) },
            { label: 'Waiting', value: integer(channel.waiting) },
            { label: 'Undeliverable', value: integer(channel.undeliverable) },
            { label: 'Last sent', value: <AbsoluteTime at={channel.lastSuccessAt} /> },
            { label: 'Next digest', value: <AbsoluteTime at={channel.nextDigestAt} empty="–" /> },
            { label: 'Old secret valid until', value: <AbsoluteTime at={channel.previousSecretUntil} empty="–" /> },
            { label: 'Created', value: <AbsoluteTime at={channel.createdAt} /> },
            { label: 'Created by', value: channel.createdBy },
          ]}
        />
      </Section>
    </>
  );
}

function Edit({ channel }: { channel: NotificationChannel }) {
  const denial = useDenial('notifications.write');
  const settings = useQuery(query('getNotificationSettings', {}));
  const save = useMutation({
    mutationFn: (draft: ChannelDraft) =>
      client.updateNotificationChannel({ params: { id: channel.id }, body: changeIn(draft) }),
    onSuccess: async ({ name }) => {
      flash('success', `The channel ${name} is saved`);
      await refreshChannels();
    },
  });
  return (
    <Loaded answer={settings} label="notification settings">
      {(loaded) => (
        <ChannelForm
          initial={draftOf(channel)}
          isNew={false}
          target={channel.target}
          settings={loaded}
          action="Save channel"
          denial={denial}
          busy={save.isPending}
          error={save.error}
          onSubmit={(draft) => save.mutate(draft)}
        />
      )}
    </Loaded>
  );
}

function Content({ channel }: { channel: NotificationChannel }) {
  const [tab, openTab] = useTab('deliveries');
  return (
    <>
      <Summary channel={channel} />
      <Tabs
        ariaLabel="Channel"
        activeTabId={tab}
        onChange={({ detail }) => openTab(detail.activeTabId)}
        tabs={[
          { id: 'deliveries', label: 'Deliveries', content: <DeliveriesTable within={`channelId = ${channel.id}`} /> },
          { id: 'edit', label: 'Edit', content: <Edit key={channel.id} channel={channel} /> },
        ]}
      />
    </>
  );
}

type Asking = 'rotate' | 'delete' | undefined;

function ChannelActions({ channel }: { channel: NotificationChannel }) {
  const router = useRouter();
  const denial = useDenial('notifications.write');
  const [asking, setAsking] = useState<Asking>();
  const [secret, setSecret] = useState<string>();
  const close = () => setAsking(undefined);
  return (
    <>
      <Actions>
        <CopyAs
          api={`/notification-channels/${channel.id}`}
          cli={`bulkhead notification-channels show ${channel.id}`}
        />
        {channel.kind === 'webhook' && (
          <PermittedButton denial={denial} onClick={() => setAsking('rotate')}>
            New secret…
          </PermittedButton>
        )}
        <PermittedButton denial={denial} onClick={() => setAsking('delete')}>
          Delete…
        </PermittedButton>
        <ResendAllButton channel={channel} />
        <TestButton channel={channel} />
      </Actions>
      {asking === 'rotate' && <RotateModal channel={channel} onClose={close} onSecret={setSecret} />}
      {asking === 'delete' && (
        <DeleteModal
          channel={channel}
          onClose={close}
          onDeleted={() => router.history.push(paths.settings('notifications'))}
        />
      )}
      {secret && <SecretModal secret={secret} rotated onClose={() => setSecret(undefined)} />}
    </>
  );
}

/** One channel: how it works, what it sent, and its settings. */
export function ChannelPage() {
  const { id = '' } = useParams({ strict: false });
  const denial = useDenial('notifications.read');
  const answer = useQuery({ ...query('getNotificationChannel', { params: { id } }), enabled: denial === undefined });
  return (
    <Page
      title={answer.data?.name ?? 'Channel'}
      description="Where notifications go, and how that works at the moment."
      actions={answer.data && <ChannelActions channel={answer.data} />}
    >
      <Gate permission="notifications.read" what="notifications">
        <Loaded answer={answer} label="channel" lines={8}>
          {(channel) => <Content channel={channel} />}
        </Loaded>
      </Gate>
    </Page>
  );
}
