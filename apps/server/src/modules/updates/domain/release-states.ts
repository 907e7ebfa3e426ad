import type { releaseStates } from '@bulkhead/contract';
import { wrongState } from './error.ts';

export type ReleaseState = (typeof releaseStates)[number];
export type ReleaseStep =
  | 'change'
  | 'submit'
  | 'sign-off'
  | 'approve'
  | 'return'
  | 'publish'
  | 'deprecate'
  | 'withdraw';

/** From where a step is possible and where it leads; `approve` leads on only with the second approval. */
const steps: Readonly<Record<ReleaseStep, { readonly from: readonly ReleaseState[]; readonly to: ReleaseState }>> = {
  change: { from: ['draft', 'in-verification', 'approved'], to: 'draft' },
  submit: { from: ['draft'], to: 'in-verification' },
  'sign-off': { from: ['in-verification', 'approved'], to: 'in-verification' },
  approve: { from: ['in-verification'], to: 'approved' },
  return: { from: ['in-verification', 'approved'], to: 'draft' },
  publish: { from: ['approved'], to: 'published' },
  deprecate: { from: ['published'], to: 'deprecated' },
  withdraw: { from: ['draft', 'in-verification', 'approved', 'published', 'deprecated'], to: 'withdrawn' },
};

/** Where a step leads. @throws UpdatesError `updates.wrong-state` when it is not possible now */
export function stepRelease(name: string, state: ReleaseState, step: ReleaseStep): ReleaseState {
  const { from, to } = steps[step];
  if (!from.includes(state)) throw wrongState(`The release ${name}`, state, from);
  return to;
}
