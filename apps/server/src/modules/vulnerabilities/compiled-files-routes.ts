import type { compiledFilesOperations } from '@bulkhead/contract';
import type { Handlers } from '../../platform/http/handlers.ts';
import type { CompiledFiles } from './compiled-files.ts';
import { actorOf } from './decision-routes.ts';

export const compiledFilesRoutes = (use: CompiledFiles): Handlers<typeof compiledFilesOperations> => ({
  putCompiledFiles: ({ params }, { content, actor }) => use.put(params.id, content, actorOf(actor)),
  getCompiledFiles: async ({ params }) => ({ list: await use.get(params.id) }),
  deleteCompiledFiles: async ({ params }, { actor }) => {
    await use.remove(params.id, actorOf(actor));
    return {};
  },
});
