import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from './operation.ts';
import { roles } from './permissions.ts';

export const accessProblems = [
  'access.bad-credentials',
  'access.bad-link',
  'access.email-taken',
  'access.last-administrator',
  'access.locked',
  'access.unknown-operator',
  'access.unknown-token',
  'access.unknown-view',
  'access.weak-password',
  'access.wrong-code',
  'access.passkey-refused',
] as const;
export type AccessCode = (typeof accessProblems)[number];

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' });
const Name = Type.String({ minLength: 1, maxLength: 120 });
const RoleName = OneOf(roles);
const LinkToken = Type.String({ minLength: 20, maxLength: 200 });
const Password = Type.String({ minLength: 1, maxLength: 200 });
const Code = Type.String({ pattern: '^[0-9]{6}$' });
/** A WebAuthn JSON structure (W3C Web Authentication Level 3 s5.1.8-5.1.9), passed through to the browser and back. */
const WebAuthn = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

export const Operator = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(RoleName),
  state: OneOf(['invited', 'active', 'disabled']),
  signIn: Nullable(OneOf(['passkey', 'password'])),
  createdAt: Time,
  lastSignInAt: Nullable(Time),
});
export type Operator = Static<typeof Operator>;

export const Session = Type.Object({
  kind: OneOf(['operator', 'token']),
  id: Id,
  name: Type.String(),
  email: Nullable(Type.String()),
  roles: Type.Array(RoleName),
  permissions: Type.Array(Type.String()),
  expiresAt: Nullable(Time),
});
export type Session = Static<typeof Session>;

export const ApiToken = Type.Object({
  id: Id,
  name: Type.String(),
  roles: Type.Array(RoleName),
  createdBy: Type.String(),
  createdAt: Time,
  expiresAt: Time,
  lastUsedAt: Nullable(Time),
});
export type ApiToken = Static<typeof ApiToken>;

export const SavedView = Type.Object({
  id: Id,
  list: Type.String(),
  name: Type.String(),
  filter: Type.String(),
  sort: Nullable(Type.String()),
  columns: Type.Array(Type.String()),
  shared: Type.Boolean(),
  own: Type.Boolean(),
});
export type SavedView = Static<typeof SavedView>;

const Invitation = Type.Object({ operator: Operator, link: Type.String(), expiresAt: Time });
const closed = { additionalProperties: false } as const;

export const accessOperations = {
  getSetup: operation({
    method: 'GET',
    path: '/setup',
    summary: 'Whether the platform still waits for its first operator',
    permission: 'public',
    problems: [],
    ok: Type.Object({ needed: Type.Boolean() }),
  }),
  beginEnrolment: operation({
    method: 'POST',
    path: '/enrolment/begin',
    summary: 'Open a set-up or invitation link and choose how to sign in',
    permission: 'public',
    problems: ['access.bad-link', 'access.email-taken'],
    body: Type.Object(
      {
        link: LinkToken,
        method: OneOf(['passkey', 'password']),
        email: Type.Optional(Email),
        name: Type.Optional(Name),
      },
      closed,
    ),
    ok: Type.Object({
      email: Type.String(),
      name: Type.String(),
      passkey: Nullable(WebAuthn),
      totp: Nullable(Type.Object({ secret: Type.String(), uri: Type.String() })),
    }),
  }),
  completeEnrolment: operation({
    method: 'POST',
    path: '/enrolment/complete',
    summary: 'Register the passkey, or the password with its one-time code, and sign in',
    permission: 'public',
    problems: [
      'access.bad-link',
      'access.email-taken',
      'access.passkey-refused',
      'access.weak-password',
      'access.wrong-code',
    ],
    body: Type.Object(
      {
        link: LinkToken,
        passkey: Type.Optional(WebAuthn),
        password: Type.Optional(Password),
        code: Type.Optional(Code),
      },
      closed,
    ),
    ok: Session,
  }),
  beginPasskeySignIn: operation({
    method: 'POST',
    path: '/session/passkey/begin',
    summary: 'Ask for a passkey challenge',
    permission: 'public',
    problems: [],
    body: Empty,
    ok: Type.Object({ challengeId: Id, options: WebAuthn }),
  }),
  signInWithPasskey: operation({
    method: 'POST',
    path: '/session/passkey',
    summary: 'Sign in with a passkey',
    permission: 'public',
    problems: ['access.bad-credentials', 'access.locked'],
    body: Type.Object({ challengeId: Id, response: WebAuthn }, closed),
    ok: Session,
  }),
  signInWithPassword: operation({
    method: 'POST',
    path: '/session/password',
    summary: 'Sign in with password and one-time code',
    permission: 'public',
    problems: ['access.bad-credentials', 'access.locked'],
    body: Type.Object({ email: Email, password: Password, code: Code }, closed),
    ok: Session,
  }),
  getSession: operation({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in and what they may do',
    permission: 'signed-in',
    problems: [],
    ok: Session,
  }),
  signOut: operation({
    method: 'DELETE',
    path: '/session',
    summary: 'Sign out',
    permission: 'signed-in',
    problems: [],
    ok: Empty,
  }),
  listOperators: listOperation({
    path: '/operators',
    summary: 'Operators',
    permission: 'access.read',
    item: Operator,
    defaultSort: 'email',
    fields: {
      email: { type: 'string', label: 'E-mail' },
      name: { type: 'string', label: 'Name' },
      state: { type: 'enum', label: 'State', values: ['invited', 'active', 'disabled'] },
    },
  }),
  inviteOperator: operation({
    method: 'POST',
    path: '/operators',
    summary: 'Invite an operator by a single-use link',
    permission: 'access.write',
    problems: ['access.email-taken'],
    body: Type.Object({ email: Email, name: Name, roles: Type.Array(RoleName, { minItems: 1, maxItems: 6 }) }, closed),
    ok: Invitation,
  }),
  updateOperator: operation({
    method: 'PATCH',
    path: '/operators/:id',
    summary: 'Change the roles or the state of an operator',
    permission: 'access.write',
    problems: ['access.unknown-operator', 'access.last-administrator'],
    params: Type.Object({ id: Id }),
    body: Type.Object(
      {
        roles: Type.Optional(Type.Array(RoleName, { minItems: 1, maxItems: 6 })),
        state: Type.Optional(OneOf(['active', 'disabled'])),
      },
      closed,
    ),
    ok: Operator,
  }),
  listTokens: listOperation({
    path: '/tokens',
    summary: 'API tokens (never their secrets)',
    permission: 'access.read',
    item: ApiToken,
    defaultSort: '-createdAt',
    fields: {
      name: { type: 'string', label: 'Name' },
      createdAt: { type: 'time', label: 'Created' },
      expiresAt: { type: 'time', label: 'Expires' },
    },
  }),
  createToken: operation({
    method: 'POST',
    path: '/tokens',
    summary: 'Create an API token; the secret is shown once',
    permission: 'access.write',
    problems: [],
    body: Type.Object(
      {
        name: Name,
        roles: Type.Array(RoleName, { minItems: 1, maxItems: 6 }),
        days: Type.Integer({ minimum: 1, maximum: 365 }),
      },
      closed,
    ),
    ok: Type.Object({ token: ApiToken, secret: Type.String() }),
  }),
  deleteToken: operation({
    method: 'DELETE',
    path: '/tokens/:id',
    summary: 'Withdraw an API token',
    permission: 'access.write',
    problems: ['access.unknown-token'],
    params: Type.Object({ id: Id }),
    ok: Empty,
  }),
  listViews: operation({
    method: 'GET',
    path: '/views',
    summary: 'Saved views of a list, own and shared',
    permission: 'signed-in',
    problems: [],
    query: Type.Object({ list: Type.String({ maxLength: 40 }) }, closed),
    ok: Type.Object({ items: Type.Array(SavedView) }),
  }),
  saveView: operation({
    method: 'POST',
    path: '/views',
    summary: 'Save the filter, order and columns of a list under a name',
    permission: 'signed-in',
    problems: ['request.bad-filter'],
    body: Type.Object(
      {
        list: Type.String({ maxLength: 40 }),
        name: Name,
        filter: Type.String({ maxLength: 2000 }),
        sort: Nullable(Type.String({ maxLength: 64 })),
        columns: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 40 }),
        shared: Type.Boolean(),
      },
      closed,
    ),
    ok: SavedView,
  }),
  deleteView: operation({
    method: 'DELETE',
    path: '/views/:id',
    summary: "Delete a saved view of one's own",
    permission: 'signed-in',
    problems: ['access.unknown-view'],
    params: Type.Object({ id: Id }),
    ok: Empty,
  }),
};
