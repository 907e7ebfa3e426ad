import type { Role, Session } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import type { Actor } from '../../platform/http/handlers.ts';
import type { AccessDeps, AccessWriters, Caller } from './deps.ts';
import { permissionsOf } from './policy.ts';
import { randomSecret, secretHash } from './secrets.ts';

export const sessionHours = 12;
const idleHours = 2;
const hour = 3_600_000;
/** Last use is written at most this often, so that reading a page is not a write. */
const touchEvery = 60_000;

export interface SignedIn {
  readonly session: Session;
  readonly cookie: string;
}

interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

export function sessionOf(
  kind: 'operator' | 'token',
  who: { id: string; name: string; roles: readonly Role[]; email?: string },
  expiresAt: Date,
): Session {
  return {
    kind,
    id: who.id,
    name: who.name,
    email: who.email ?? null,
    roles: [...who.roles],
    permissions: [...permissionsOf(who.roles)],
    expiresAt: expiresAt.toISOString(),
  };
}

/** Opens a session in the caller's transaction and answers the cookie; the database keeps only its hash. */
export async function openSession(
  { store, audit }: AccessWriters,
  operator: Member,
  caller: Caller,
  now: Date,
  how: string,
): Promise<SignedIn> {
  const cookie = randomSecret();
  const expiresAt = new Date(now.getTime() + sessionHours * hour);
  const id = newId(now.getTime());
  await store.insertSession({
    id,
    token_hash: secretHash(cookie),
    operator_id: operator.id,
    created_at: now,
    last_used_at: now,
    expires_at: expiresAt,
    address: caller.address,
    user_agent: caller.userAgent,
  });
  await store.updateOperator(operator.id, { last_sign_in_at: now, failed_attempts: 0, locked_until: null });
  await audit.append({
    action: 'access.sign-in',
    subject: operator.email,
    by: { kind: 'operator', id: operator.id, name: operator.name },
    details: { how, address: caller.address },
    at: now,
  });
  return { cookie, session: sessionOf('operator', operator, expiresAt) };
}

const actorOf = (kind: 'operator' | 'token', who: { id: string; name: string; roles: readonly Role[] }): Actor => {
  const granted = permissionsOf(who.roles);
  return { kind, id: who.id, name: who.name, may: (permission) => granted.has(permission) };
};

/** Who credentials belong to. Roles and state are read each time, so that a change takes effect at once. */
export function createAuthenticator({ db, clock, bind, views }: AccessDeps) {
  async function findSession(cookie: string) {
    const now = clock.now();
    const row = await views.session(secretHash(cookie), now, new Date(now.getTime() - idleHours * hour));
    if (row && now.getTime() - row.last_used_at.getTime() > touchEvery)
      await bind(db).store.touchSession(row.session_id, now);
    return row;
  }

  async function findToken(secret: string) {
    const now = clock.now();
    const row = await views.token(secretHash(secret), now);
    if (row && (!row.last_used_at || now.getTime() - row.last_used_at.getTime() > touchEvery))
      await bind(db).store.touchToken(row.id, now);
    return row;
  }

  return Object.freeze({
    authenticate: async ({
      session,
      bearer,
    }: {
      session: string | undefined;
      bearer: string | undefined;
    }): Promise<Actor | undefined> => {
      const token = bearer === undefined ? undefined : await findToken(bearer);
      if (token) return actorOf('token', token);
      const found = session === undefined ? undefined : await findSession(session);
      return found && actorOf('operator', found);
    },
    /** Whether the credentials behind a request that is still open are good; asking is no use of the session. */
    stillGood: async (actor: Actor, cookie: string | undefined): Promise<boolean> => {
      const now = clock.now();
      if (actor.kind === 'token') return ((await views.tokenById(actor.id))?.expires_at ?? now) > now;
      const idleSince = new Date(now.getTime() - idleHours * hour);
      return cookie !== undefined && (await views.session(secretHash(cookie), now, idleSince))?.id === actor.id;
    },
    describe: async (actor: Actor): Promise<Session | undefined> => {
      if (actor.kind === 'token') {
        const token = await views.tokenById(actor.id);
        return token && sessionOf('token', token, token.expires_at);
      }
      const operator = await views.operatorById(actor.id);
      return operator && sessionOf('operator', operator, new Date(clock.now().getTime() + sessionHours * hour));
    },
  });
}
