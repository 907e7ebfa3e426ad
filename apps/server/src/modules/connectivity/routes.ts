import type { ConnectivityCode, connectivityOperations } from '@bulkhead/contract';
import type { Handlers, ProblemTable, RequestContext } from '../../platform/http/handlers.ts';
import type { Connectivity } from './connectivity.ts';
import type { Actor } from './deps.ts';

export const connectivityProblemTable = {
  'connectivity.not-connected': [409, 'Not connected'],
  'connectivity.unknown-device': [404, 'Unknown ECU'],
  'connectivity.queue-full': [409, 'Queue full'],
} as const satisfies ProblemTable<ConnectivityCode>;

const by = ({ actor }: RequestContext): Actor => ({
  kind: actor.kind === 'token' ? 'token' : 'operator',
  id: actor.id,
  name: actor.name,
});

export const connectivityRoutes = (connectivity: Connectivity): Handlers<typeof connectivityOperations> => ({
  listConnections: ({ query }) => connectivity.connections(query),
  listRefusals: ({ query }) => connectivity.refusals(query),
  getTraffic: () => connectivity.traffic(),
  disconnectDevice: async ({ params }, context) => {
    await connectivity.disconnect({ vin: params.vin, serial: params.ecuSerial }, by(context));
    return {};
  },
  sendCommand: async ({ params, body }, context) => {
    const { id, queuedAt } = await connectivity.sendCommand(
      { vin: params.vin, serial: params.ecuSerial },
      { command: body.command },
      by(context),
    );
    return { id, queuedAt: queuedAt.toISOString() };
  },
});
