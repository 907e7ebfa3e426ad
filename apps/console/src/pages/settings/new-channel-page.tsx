import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { client, query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { Gate } from '../../shell/gate.tsx';
import { flash } from '../../ui/flash.tsx';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { refreshChannels, SecretModal } from './channel-actions.tsx';
import { type ChannelDraft, emptyDraft, type NotificationSettings, newChannelIn } from './channel-draft.ts';
import { ChannelForm } from './channel-form.tsx';

function CreateForm({ settings }: { settings: NotificationSettings }) {
  const router = useRouter();
  const denial = useDenial('notifications.write');
  const open = (id: string) => router.history.push(paths.notificationChannel(id));
  const create = useMutation({
    mutationFn: (draft: ChannelDraft) => client.createNotificationChannel({ body: newChannelIn(draft) }),
    onSuccess: async ({ channel, secret }) => {
      await refreshChannels();
      flash('success', `The channel ${channel.name} is created`, 'Press Test to see whether messages arrive.');
      if (secret === null) open(channel.id);
    },
  });
  return (
    <>
      <ChannelForm
        initial={emptyDraft}
        isNew
        settings={settings}
        action="Create channel"
        denial={denial}
        busy={create.isPending}
        error={create.error}
        onSubmit={(draft) => create.mutate(draft)}
        onCancel={() => router.history.push(paths.settings('notifications'))}
      />
      {create.data?.secret && <SecretModal secret={create.data.secret} onClose={() => open(create.data.channel.id)} />}
    </>
  );
}

/** Creates a channel; the secret of a webhook is shown once, then its page opens. */
export function NewChannelPage() {
  const settings = useQuery(query('getNotificationSettings', {}));
  return (
    <Page title="New channel" description="Who is told, of what, and when.">
      <Gate permission="notifications.read" what="notifications">
        <Loaded answer={settings} label="notification settings">
          {(loaded) => <CreateForm settings={loaded} />}
        </Loaded>
      </Gate>
    </Page>
  );
}
