import type { complianceOperations } from '@bulkhead/contract';
import type { Handlers } from '../../platform/http/handlers.ts';
import type { Compliance } from './compliance.ts';

export const complianceRoutes = (compliance: Compliance): Handlers<typeof complianceOperations> => ({
  getRules: async () => ({ items: await compliance.rules() }),
});
