import type { AccessCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';

export class AccessError extends Problem<AccessCode> {}
