import type { NotificationCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

/** A request about channels or deliveries that cannot be met; the message says what to do instead. */
export class NotifyError extends Problem<NotificationCode> {}

export const unknownChannel = () => new NotifyError('notifications.unknown-channel', 'There is no such channel.');

export const badChannel = (field: string, why: string) =>
  new NotifyError('notifications.bad-channel', why, { fields: { [field]: why } });
