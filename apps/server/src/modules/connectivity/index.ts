export { type Connectivity, type ConnectivityOptions, createConnectivity } from './connectivity.ts';
export type { AuditOn, Bus, Device, Peer, Received, Sink, Sinks, TlsMaterial, Verdict } from './deps.ts';
export type { Downlink } from './downlink.ts';
export { connectivityMigrations } from './migrations.ts';
export { connectivityProblemTable, connectivityRoutes } from './routes.ts';
