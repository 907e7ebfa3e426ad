import type { ConnectivityCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

/** What the rest of the platform is told; devices are told MQTT reason codes instead. */
export class ConnectivityError extends Problem<ConnectivityCode> {}
