import type { NotificationCode, notificationOperations } from '@bulkhead/contract';
import type { Actor as AuditActor } from '../audit/audit.ts';
import type { Handlers, ProblemTable, RequestContext } from '../http/handlers.ts';
import type { Notify } from './notify.ts';

export const notificationProblemTable = {
  'notifications.already-delivered': [409, 'Delivered already'],
  'notifications.bad-channel': [400, 'Channel not valid'],
  'notifications.mail-not-set-up': [409, 'Mail is not set up'],
  'notifications.name-taken': [409, 'Name taken'],
  'notifications.no-secret': [409, 'No secret'],
  'notifications.too-many-channels': [409, 'Too many channels'],
  'notifications.unknown-channel': [404, 'Unknown channel'],
  'notifications.unknown-delivery': [404, 'Unknown delivery'],
} as const satisfies ProblemTable<NotificationCode>;

const by = ({ actor: { kind, id, name } }: RequestContext): AuditActor => ({
  kind: kind === 'token' ? 'token' : 'operator',
  id,
  name,
});

export const notificationRoutes = (
  notify: Pick<Notify, 'channels' | 'listDeliveries' | 'resend' | 'settings'>,
): Handlers<typeof notificationOperations> => ({
  getNotificationSettings: () => notify.settings(),
  listNotificationChannels: ({ query }) => notify.channels.list(query),
  getNotificationChannel: ({ params }) => notify.channels.get(params.id),
  createNotificationChannel: ({ body }, context) => notify.channels.create(body, by(context)),
  updateNotificationChannel: ({ params, body }, context) => notify.channels.update(params.id, body, by(context)),
  deleteNotificationChannel: ({ params }, context) => notify.channels.remove(params.id, by(context)),
  testNotificationChannel: ({ params }, context) => notify.channels.test(params.id, by(context)),
  rotateNotificationSecret: ({ params }, context) => notify.channels.rotateSecret(params.id, by(context)),
  resendNotificationChannel: ({ params }, context) => notify.channels.resendAll(params.id, by(context)),
  listNotificationDeliveries: ({ query }) => notify.listDeliveries(query),
  resendNotificationDelivery: ({ params }, context) => notify.resend(params.id, by(context)),
});
