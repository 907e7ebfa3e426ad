import { Problem } from '@bulkhead/kernel';

export type MerkleCode =
  | 'merkle.out-of-range'
  | 'merkle.bad-range'
  | 'merkle.bad-proof'
  | 'merkle.bad-note'
  | 'merkle.bad-signature'
  | 'merkle.bad-checkpoint'
  | 'merkle.bad-key';

export class MerkleError extends Problem<MerkleCode> {}
