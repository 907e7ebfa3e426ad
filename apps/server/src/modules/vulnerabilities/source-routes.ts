import type { sourceOperations } from '@bulkhead/contract';
import type { Actor as Caller, Handlers } from '../../platform/http/handlers.ts';
import type { AdvisorySources } from './advisory-sources.ts';
import type { Actor } from './deps.ts';

/** The audit knows no anonymous actor: no operation here is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

export const sourceRoutes = (use: AdvisorySources): Handlers<typeof sourceOperations> => ({
  listSources: () => use.listSources(),
  getSource: ({ params }) => use.source(params.id),
  createSource: ({ body }, { actor }) => use.createSource(body, actorOf(actor)),
  updateSource: ({ params, body }, { actor }) => use.updateSource(params.id, body, actorOf(actor)),
  deleteSource: ({ params, query }, { actor }) => use.deleteSource(params.id, query.dryRun === true, actorOf(actor)),
  syncSource: ({ params, body }, { actor }) => use.syncSource(params.id, body.full === true, actorOf(actor)),
  uploadAdvisories: ({ params, query }, { actor, content }) =>
    use.upload(params.id, query.name, content, actorOf(actor)),
  listSourceProblems: ({ query }) => use.listProblems(query),
  putOwnAdvisory: ({ body }, { actor }) => use.putOwn(body, actorOf(actor)),
  withdrawOwnAdvisory: ({ params, body }, { actor }) => use.withdrawOwn(params.ref, body.reason, actorOf(actor)),
});
