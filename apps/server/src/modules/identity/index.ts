export { createIdentity, type Identity } from './create-identity.ts';
export type { Enrolled, EnrolmentInventory, IdentityDeps } from './deps.ts';
export type { EnrolmentEcu } from './domain/enrolment.ts';
export { identityMigrations } from './migrations.ts';
export type { Device, Verdict } from './peers.ts';
export type { Reason } from './revoking.ts';
export { identityProblemTable, identityRoutes } from './routes.ts';
export {
  BodyTooLarge,
  type Listener as VehicleListener,
  peerOf,
  readBounded,
  type TlsMaterial,
} from './vehicle-routes.ts';
export type { IdentitySummary } from './views.ts';
