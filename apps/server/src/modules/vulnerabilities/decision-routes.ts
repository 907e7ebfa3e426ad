import type { decisionOperations } from '@bulkhead/contract';
import type { Actor as Caller, Handlers } from '../../platform/http/handlers.ts';
import type { Decisions } from './decisions.ts';
import type { Actor } from './deps.ts';

/** The audit knows no anonymous actor: no operation of this module is public. */
export const actorOf = ({ kind, id, name }: Caller): Actor => ({
  kind: kind === 'token' ? 'token' : 'operator',
  id,
  name,
});

export const decisionRoutes = (use: Decisions): Handlers<typeof decisionOperations> => ({
  listDecisions: ({ query }) => use.list(query),
  getDecision: ({ params }) => use.get(params.id),
  createDecision: ({ body }, { actor }) => use.create(body, actorOf(actor)),
  decideFindings: ({ body }, { actor }) => use.createForFindings(body, actorOf(actor)),
  withdrawDecision: ({ params, body }, { actor }) => use.withdraw(params.id, body.reason, actorOf(actor)),
});
