import type { vexOperations } from '@bulkhead/contract';
import type { Handlers } from '../../platform/http/handlers.ts';
import { actorOf } from './decision-routes.ts';
import { readDocument, type Vex } from './vex.ts';
import type { VexOut } from './vex-out.ts';

export const vexRoutes = (use: Vex, out: VexOut): Handlers<typeof vexOperations> => ({
  importVex: async ({ query }, { content, actor }) =>
    use.importDocument(await readDocument(content), query.signature, actorOf(actor)),
  exportVex: async ({ query }) => {
    const { body, fileName, signature } = await out.write(query);
    return { contentType: 'application/json', body, fileName, headers: { 'x-bulkhead-signature': signature } };
  },
  getVexSignature: async ({ query }) => {
    const { signature, sha256 } = await out.write(query);
    return { signature, sha256, ...out.key };
  },
  getVexKey: () => out.key,
  listVexStatements: ({ query }) => use.listStatements(query),
  resolveVexStatement: ({ params, body }, { actor }) =>
    use.resolve(params.id, body.action, body.reason, actorOf(actor)),
  listVexAuthors: () => use.listAuthors(),
  createVexAuthor: ({ body }, { actor }) => use.createAuthor(body, actorOf(actor)),
  deleteVexAuthor: async ({ params }, { actor }) => {
    await use.deleteAuthor(params.id, actorOf(actor));
    return {};
  },
});
