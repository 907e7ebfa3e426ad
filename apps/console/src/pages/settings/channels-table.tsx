import type { NotificationChannel } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { TestButton } from './channel-actions.tsx';
import { hearsText, kindText, scheduleText } from './channel-words.ts';

const columns: readonly Column<NotificationChannel>[] = [
  {
    id: 'name',
    header: 'Name',
    rowHeader: true,
    width: 150,
    cell: ({ id, name }) => <Link href={paths.notificationChannel(id)}>{name}</Link>,
  },
  { id: 'kind', header: 'Kind', width: 125, cell: kindText },
  { id: 'target', header: 'Goes to', width: 175, cell: ({ target }) => <span className="bh-mono">{target}</span> },
  {
    id: 'subscriptions',
    header: 'Hears',
    width: 140,
    cell: hearsText,
  },
  { id: 'mode', header: 'When', width: 115, cell: scheduleText },
  { id: 'state', header: 'State', width: 110, cell: ({ state }) => <Status state={state} /> },
  { id: 'waiting', header: 'Waiting', width: 100, cell: ({ waiting }) => integer(waiting) },
  { id: 'undeliverable', header: 'Undeliverable', width: 140, cell: ({ undeliverable }) => integer(undeliverable) },
  {
    id: 'lastSuccessAt',
    header: 'Last sent',
    width: 120,
    hidden: true,
    cell: ({ lastSuccessAt }) => <RelativeTime at={lastSuccessAt} />,
  },
  { id: 'lastError', header: 'Last reason', width: 240, hidden: true, cell: ({ lastError }) => lastError ?? '–' },
  {
    id: 'actions',
    header: 'Actions',
    width: 95,
    cell: (channel) => <TestButton channel={channel} variant="inline-link" />,
  },
];

/** Where notifications go and how that works. */
export function ChannelsTable() {
  const denial = useDenial('notifications.write');
  return (
    <ServerTable
      operation="listNotificationChannels"
      noun="channels"
      title="Channels"
      description="Mail, signed webhooks and chats that are told what happens. What cannot be sent waits, in order, and is tried again for at least seven days."
      columns={columns}
      rowId={({ id }) => id}
      freeText="name"
      actions={
        <PermittedButton denial={denial} variant="primary" href={paths.newNotificationChannel()}>
          Create channel
        </PermittedButton>
      }
      empty={
        <Empty
          title="Nobody is told yet"
          next="Create a channel to be told of findings, deadlines and campaigns by mail, webhook or chat. From a file:"
          command="bulkhead notification-channels create -f channel.json"
        />
      }
    />
  );
}
