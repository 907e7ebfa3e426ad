import type { AccessCode, accessOperations, Role } from '@bulkhead/contract';
import type { Handlers, ProblemTable, RequestContext } from '../../platform/http/handlers.ts';
import { RequestError } from '../../platform/http/problem.ts';
import type { Access } from './access.ts';
import { AccessError } from './domain/error.ts';
import type { By } from './operators.ts';
import { permissionsOf } from './policy.ts';
import { type SignedIn, sessionHours } from './sessions.ts';

export const accessProblemTable = {
  'access.bad-credentials': [401, 'Sign-in refused'],
  'access.bad-link': [410, 'Link not valid'],
  'access.email-taken': [409, 'E-mail address taken'],
  'access.last-administrator': [409, 'Last administrator'],
  'access.locked': [423, 'Locked for now'],
  'access.passkey-refused': [400, 'Passkey refused'],
  'access.unknown-operator': [404, 'Unknown operator'],
  'access.unknown-token': [404, 'Unknown token'],
  'access.unknown-view': [404, 'Unknown view'],
  'access.weak-password': [400, 'Password too weak'],
  'access.wrong-code': [400, 'One-time code not right'],
} as const satisfies ProblemTable<AccessCode>;

const by = ({ actor }: RequestContext): By => ({
  kind: actor.kind === 'token' ? 'token' : 'operator',
  id: actor.id,
  name: actor.name,
});

/** Nobody hands out more than they have: else whoever may make tokens could make one for everything. */
function checkGrant(roles: readonly Role[] | undefined, { actor }: RequestContext): void {
  const beyond = [...permissionsOf(roles ?? [])].find((permission) => !actor.may(permission));
  if (beyond)
    throw new RequestError(
      'access.forbidden',
      `These roles carry the permission ${beyond}, which ${actor.name} does not have and therefore cannot give.`,
    );
}

function signedIn({ session, cookie }: SignedIn, context: RequestContext) {
  context.cookies.set(cookie, sessionHours * 3600);
  return session;
}

export const accessRoutes = (access: Access): Handlers<typeof accessOperations> => ({
  getSetup: async () => ({ needed: await access.enrolment.needed() }),
  beginEnrolment: ({ body }, context) => access.enrolment.begin(body, context),
  completeEnrolment: async ({ body }, context) => signedIn(await access.enrolment.complete(body, context), context),
  beginPasskeySignIn: (_, context) => access.signIn.beginPasskey(context),
  signInWithPasskey: async ({ body }, context) =>
    signedIn(await access.signIn.withPasskey(body.challengeId, body.response, context), context),
  signInWithPassword: async ({ body }, context) => signedIn(await access.signIn.withPassword(body, context), context),
  getSession: async (_, { actor }) => {
    const session = await access.describe(actor);
    if (!session) throw new AccessError('access.bad-credentials', 'The session ended just now. Sign in again.');
    return session;
  },
  signOut: async (_, context) => {
    if (context.cookies.session) await access.signIn.signOut(context.cookies.session, context.actor);
    context.cookies.clear();
    return {};
  },
  listOperators: ({ query }) => access.operators.list(query),
  inviteOperator: ({ body }, context) => {
    checkGrant(body.roles, context);
    return access.operators.invite(body, by(context));
  },
  updateOperator: ({ params, body }, context) => {
    checkGrant(body.roles, context);
    return access.operators.update(params.id, body, by(context));
  },
  listTokens: ({ query }) => access.tokens.list(query),
  createToken: ({ body }, context) => {
    checkGrant(body.roles, context);
    return access.tokens.create(body, by(context));
  },
  deleteToken: ({ params }, context) => access.tokens.remove(params.id, by(context)),
  listViews: ({ query }, { actor }) => access.savedViews.list(query.list, actor.id),
  saveView: ({ body }, context) => access.savedViews.save(body, by(context)),
  deleteView: ({ params }, context) => access.savedViews.remove(params.id, by(context)),
});
