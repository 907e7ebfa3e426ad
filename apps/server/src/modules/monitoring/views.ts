import {
  type EventSeverity,
  eventSeverities,
  type ListQuery,
  monitoringOperations,
  type PageOf,
} from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

const eventList = defineList(
  monitoringOperations.listEvents.list,
  {
    vin: 'e.vin',
    ecuSerial: 'e.ecu_serial',
    type: 'e.type',
    severity: 'e.severity',
    receivedAt: 'e.received_at',
    at: 'e.happened_at',
  },
  'e.id',
);

/** Read models of security events. */
export const createMonitoringViews = (db: Db) => ({
  events: async (query: ListQuery) => {
    const { rows, ...page } = await pageOf(db.selectFrom('monitoring_event as e').selectAll('e'), eventList, query);
    const items = rows.map((row) => ({
      id: row.id,
      vin: row.vin,
      ecuSerial: row.ecu_serial,
      reporter: row.reporter,
      boot: Number(row.boot),
      sequence: Number(row.sequence),
      type: row.type,
      severity: row.severity,
      at: row.happened_at.toISOString(),
      receivedAt: row.received_at.toISOString(),
      data: row.data,
    }));
    return { ...page, items } satisfies PageOf<unknown>;
  },
  /** Events since a time, by severity and by the twenty most frequent types, from the counts per minute. */
  summary: async (since: Date) => {
    const rows = await db
      .selectFrom('monitoring_minute')
      .where('minute', '>=', since)
      .groupBy(['severity', 'type'])
      .select(({ fn }) => ['severity', 'type', fn.sum<string>('events').as('events')])
      .execute();
    const add = (counts: Map<string, number>, key: string, more: string) =>
      counts.set(key, (counts.get(key) ?? 0) + Number(more));
    const bySeverity = new Map<string, number>(eventSeverities.map((name) => [name, 0]));
    const byType = new Map<string, number>();
    for (const row of rows) {
      add(bySeverity, row.severity, row.events);
      add(byType, row.type, row.events);
    }
    return {
      total: [...bySeverity.values()].reduce((sum, count) => sum + count, 0),
      bySeverity: [...bySeverity].map(([severity, count]) => ({ severity: severity as EventSeverity, count })),
      byType: [...byType]
        .map(([type, count]) => ({ type, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, 20),
    };
  },
});
export type MonitoringViews = ReturnType<typeof createMonitoringViews>;
