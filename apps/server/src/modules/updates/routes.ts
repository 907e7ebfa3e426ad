import type { UpdatesCode, updatesOperations } from '@bulkhead/contract';
import type { Actor as Caller, Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { Actor } from './deps.ts';
import { dossierPage } from './domain/dossier-page.ts';
import type { Updates } from './updates.ts';

export const updatesProblemTable = Object.freeze({
  'updates.bad-contents': [422, 'The contents are not consistent'],
  'updates.duplicate-name': [409, 'The name is taken'],
  'updates.hash-changed': [409, 'It has changed since'],
  'updates.incomplete': [422, 'Something is missing'],
  'updates.not-signed-off': [409, 'Verification is not signed off'],
  'updates.person-required': [403, 'A person must decide'],
  'updates.same-person': [403, 'Somebody else must decide'],
  'updates.unknown-release': [404, 'Unknown release'],
  'updates.wrong-state': [409, 'Not possible in this state'],
}) satisfies ProblemTable<UpdatesCode>;

/** The audit knows no anonymous actor: no operation of this module is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

export const updatesRoutes = ({
  releases,
  agreements,
  compatibility,
}: Pick<Updates, 'releases' | 'agreements' | 'compatibility'>): Handlers<typeof updatesOperations> => ({
  listReleases: ({ query }) => releases.list(query),
  createRelease: ({ body }, { actor }) => releases.create(body, actorOf(actor)),
  getRelease: ({ params }) => releases.get(params.id),
  putReleaseContents: ({ params, body }, { actor }) => releases.putContents(params.id, body, actorOf(actor)),
  putReleaseDossier: ({ params, body }, { actor }) => releases.putDossier(params.id, body, actorOf(actor)),
  submitRelease: ({ params }, { actor }) => agreements.submit(params.id, actorOf(actor)),
  signOffRelease: ({ params, body }, { actor }) => agreements.signOff(params.id, body, actorOf(actor)),
  approveRelease: ({ params, body }, { actor }) => agreements.approve(params.id, body, actorOf(actor)),
  returnRelease: ({ params, body }, { actor }) => agreements.return(params.id, body.reason, actorOf(actor)),
  publishRelease: ({ params, body }, { actor }) => agreements.publish(params.id, body.hash, actorOf(actor)),
  endRelease: async ({ params, body: { to, reason, dryRun } }, { actor }) => {
    const state = dryRun
      ? await agreements.mayEnd(params.id, to)
      : (await agreements.end(params.id, to, reason, actorOf(actor))).state;
    return { state, campaigns: 0, vehicles: 0 };
  },
  checkCompatibility: ({ params, body }, { signal }) => compatibility(params.id, body.filter, signal),
  getReleaseDiff: ({ params }) => agreements.diffs(params.id),
  exportDossier: async ({ params, query: { format } }) => {
    const release = await releases.get(params.id);
    const fileName = `dossier-${release.name}.${format}`;
    return format === 'html'
      ? { contentType: 'text/html; charset=utf-8', body: dossierPage(release), fileName }
      : { contentType: 'application/json', body: `${JSON.stringify(release, null, 2)}\n`, fileName };
  },
});
