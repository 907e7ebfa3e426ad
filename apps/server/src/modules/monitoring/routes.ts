import type { monitoringOperations } from '@bulkhead/contract';
import type { Handlers } from '../../platform/http/handlers.ts';
import type { Monitoring } from './monitoring.ts';

export const monitoringRoutes = (
  monitoring: Pick<Monitoring, 'events' | 'summaryOfLastDay'>,
): Handlers<typeof monitoringOperations> => ({
  listEvents: ({ query }) => monitoring.events(query),
  getEventSummary: () => monitoring.summaryOfLastDay(),
});
