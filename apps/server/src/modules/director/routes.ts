import type { DirectorCode, directorOperations } from '@bulkhead/contract';
import type { Actor as Caller, Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { Actor } from './deps.ts';
import type { DirectorModule } from './director.ts';

export const directorProblemTable = Object.freeze({
  'director.bad-root': [422, 'The root cannot be used'],
  'director.draft-exists': [409, 'Another root waits for signatures'],
  'director.key-missing': [503, 'A key of the Director is missing'],
  'director.no-draft': [409, 'No root waits for signatures'],
  'director.unknown-manifest': [404, 'Unknown manifest'],
  'director.unknown-vehicle': [404, 'The vehicle has not registered'],
}) satisfies ProblemTable<DirectorCode>;

/** The audit knows no anonymous actor: no operation of this module is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

export const directorRoutes = ({
  status,
  rotations,
  resign,
}: Pick<DirectorModule, 'status' | 'rotations' | 'resign'>): Handlers<typeof directorOperations> => ({
  getDirector: () => status.status(),
  getDirectorRoot: ({ params }) => status.root(params.dialect),
  rotateDirectorKeys: async ({ body }, { actor }) => {
    await rotations.rotate(body.roles, body.reason, actorOf(actor));
    return status.status();
  },
  planDirectorRoot: async ({ body }, { actor }) => {
    await rotations.planRoot(body.keys, body.threshold, body.reason, actorOf(actor));
    return status.status();
  },
  signDirectorRoot: async ({ body }, { actor }) => {
    await rotations.sign(body.document, actorOf(actor));
    return status.status();
  },
  discardDirectorRoot: async (_input, { actor }) => {
    await rotations.discard(actorOf(actor));
    return {};
  },
  resignDirector: async (_input, { actor }) => ({ jobId: await resign(actorOf(actor)) }),
  getVehicleDirector: ({ params }) => status.vehicle(params.vin),
  allowReregistration: ({ params, body }, { actor }) =>
    status.allowReregistration(params.vin, body.reason, actorOf(actor)),
  listManifests: ({ query }) => status.manifests(query),
  getManifest: ({ params }) => status.manifest(params.id),
});
