import { randomUUID } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import type { UpdateStore } from './update-store.ts';

const mostEvents = 200;

/** Event ids of aktualizr (reference section 6, POST /events). */
export type UpdateEventId =
  | 'EcuDownloadStarted'
  | 'EcuDownloadCompleted'
  | 'EcuInstallationStarted'
  | 'EcuInstallationApplied'
  | 'EcuInstallationCompleted'
  | 'DevicePaused'
  | 'DeviceResumed'
  | 'campaign_accepted'
  | 'campaign_declined'
  | 'campaign_postponed';

/** Steps of an update, told in order; they wait on the medium until the Director took them, the oldest give way. */
export function createUpdateEvents(store: UpdateStore, clock: Clock) {
  return (
    id: UpdateEventId,
    correlationId: string | undefined,
    more: { ecu?: string; success?: boolean } = {},
  ): void => {
    const event = { ...(correlationId === undefined ? {} : { correlationId }), ...more };
    const entry = {
      id: randomUUID(),
      deviceTime: clock.now().toISOString(),
      eventType: { id, version: 0 as const },
      event,
    };
    store.change({ events: [...store.record().events, entry].slice(-mostEvents) });
  };
}
export type TellUpdate = ReturnType<typeof createUpdateEvents>;
