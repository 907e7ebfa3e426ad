export { type Compliance, type ComplianceDeps, createCompliance } from './compliance.ts';
export type { Facts } from './domain/facts.ts';
export { complianceRoutes } from './routes.ts';
