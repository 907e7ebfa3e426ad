import type { Clock } from '@bulkhead/kernel';
import type { Db } from '../../platform/db/database.ts';
import { createEventSink } from './ingest.ts';
import { createMonitoringViews } from './views.ts';

export interface MonitoringDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly announce: (tx: Db) => Promise<void>;
}

/** Security events of the fleet: intake, list, counts. */
export function createMonitoring({ db, clock, announce }: MonitoringDeps) {
  const views = createMonitoringViews(db);
  return Object.freeze({
    eventSink: createEventSink(announce),
    events: views.events,
    summaryOfLastDay: () => views.summary(new Date(clock.now().getTime() - 86_400_000)),
  });
}
export type Monitoring = ReturnType<typeof createMonitoring>;
