import type { caseOperations } from '@bulkhead/contract';
import type { Handlers } from '../../platform/http/handlers.ts';
import type { Cases } from './cases.ts';
import { actorOf } from './decision-routes.ts';

export const caseRoutes = (use: Cases): Handlers<typeof caseOperations> => ({
  listCases: ({ query }) => use.list(query),
  getCase: ({ params }) => use.get(params.id),
  openCase: ({ body }, { actor }) => use.open(body.ref, body.software, actorOf(actor)),
  assignCase: ({ params, body }, { actor }) => use.assign(params.id, body.operatorId, actorOf(actor)),
  pauseCase: ({ params, body }, { actor }) => use.pause(params.id, body.reason, actorOf(actor)),
  resumeCase: ({ params }, { actor }) => use.resume(params.id, actorOf(actor)),
  commentCase: ({ params, body }, { actor }) => use.comment(params.id, body.text, actorOf(actor)),
  linkFix: ({ params, body }, { actor }) => use.linkFix(params.id, body.softwareId, body.campaign, actorOf(actor)),
  requestSupplier: ({ params, body }, { actor }) => use.request(params.id, body, actorOf(actor)),
  getSlaPolicy: () => use.policy(),
  previewSlaPolicy: ({ body }) => use.previewPolicy(body),
  putSlaPolicy: ({ body }, { actor }) => use.savePolicy(body, actorOf(actor)),
});
