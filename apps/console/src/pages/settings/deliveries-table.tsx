import type { NotificationDelivery } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import Popover from '@cloudscape-design/components/popover';
import { useMutation } from '@tanstack/react-query';
import { client, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';

function Subject({ delivery: { subject, text, link } }: { delivery: NotificationDelivery }) {
  return (
    <Popover
      header={subject}
      size="large"
      renderWithPortal
      dismissAriaLabel="Close"
      triggerType="text"
      content={
        <>
          <div className="bh-code">{text}</div>
          {link && <Link href={link}>Open what it is about</Link>}
        </>
      }
    >
      {subject}
    </Popover>
  );
}

function Resend({ delivery }: { delivery: NotificationDelivery }) {
  const { id, state, subject } = delivery;
  const denial = useDenial('notifications.write');
  const resend = useMutation({
    mutationFn: () => client.resendNotificationDelivery({ params: { id }, body: {} }),
    onSuccess: async ({ deliveries }) => {
      flash('success', deliveries === 1 ? 'It is tried again now' : `The digest of ${deliveries} is tried again now`);
      await queryClient.invalidateQueries({ queryKey: ['notifications'] });
    },
    onError: flashFailure,
  });
  if (state === 'delivered') return '–';
  return (
    <PermittedButton
      denial={denial}
      variant="inline-link"
      ariaLabel={`Send ${subject} again`}
      loading={resend.isPending}
      onClick={() => resend.mutate()}
    >
      Send again
    </PermittedButton>
  );
}

const columns: readonly Column<NotificationDelivery>[] = [
  { id: 'createdAt', header: 'Created', width: 100, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'severity', header: 'Severity', width: 105, cell: ({ severity }) => <Status state={severity} /> },
  {
    id: 'subject',
    header: 'Subject',
    rowHeader: true,
    width: 240,
    cell: (delivery) => <Subject delivery={delivery} />,
  },
  {
    id: 'channel',
    header: 'Channel',
    width: 110,
    cell: ({ channelId, channel }) => <Link href={paths.notificationChannel(channelId)}>{channel}</Link>,
  },
  {
    id: 'topic',
    header: 'Topic',
    width: 190,
    hidden: true,
    cell: ({ topic }) => <span className="bh-mono">{topic}</span>,
  },
  { id: 'state', header: 'State', width: 130, cell: ({ state }) => <Status state={state} /> },
  { id: 'attempts', header: 'Tries', width: 75, cell: ({ attempts }) => attempts },
  { id: 'error', header: 'Reason', width: 190, cell: ({ error }) => error ?? '–' },
  {
    id: 'nextAttemptAt',
    header: 'Next try',
    width: 105,
    cell: ({ nextAttemptAt }) => <RelativeTime at={nextAttemptAt} empty="–" />,
  },
  {
    id: 'endedAt',
    header: 'Ended',
    width: 120,
    hidden: true,
    cell: ({ endedAt }) => <RelativeTime at={endedAt} empty="–" />,
  },
  { id: 'id', header: 'Id', width: 320, hidden: true, cell: ({ id }) => <span className="bh-mono">{id}</span> },
  { id: 'actions', header: 'Actions', width: 100, cell: (delivery) => <Resend delivery={delivery} /> },
];

/** What was and is to be delivered, with the reason where it was not; within a filter, of one channel. */
export function DeliveriesTable({ within = '' }: { within?: string }) {
  return (
    <ServerTable
      operation="listNotificationDeliveries"
      noun="deliveries"
      title="Deliveries"
      description="Kept for 30 days after they arrived, 90 days if they did not."
      columns={columns}
      rowId={({ id }) => id}
      freeText="subject"
      within={within}
      empty={
        <Empty
          title="Nothing was sent yet"
          next="What a channel hears from now on stands here with its state and, when it failed, with the reason."
        />
      }
    />
  );
}
