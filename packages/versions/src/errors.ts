import { Problem } from '@bulkhead/kernel';

export type VersionsErrorCode = 'versions.bad-range';

/** Why a range was refused. */
export class VersionsError extends Problem<VersionsErrorCode> {}
