import type { ListQuery, Operator, Role } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters } from './deps.ts';
import { AccessError } from './domain/error.ts';
import type { Links } from './links.ts';
import type { AccessViews } from './views.ts';

export interface By {
  readonly kind: 'operator' | 'token' | 'system';
  readonly id: string;
  readonly name: string;
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

type Row = NonNullable<Awaited<ReturnType<AccessViews['operatorById']>>>;
const toOperator = (row: Row): Operator => ({
  id: row.id,
  email: row.email,
  name: row.name,
  roles: row.roles,
  state: row.state,
  signIn: row.has_passkey ? 'passkey' : row.has_password ? 'password' : null,
  createdAt: row.created_at.toISOString(),
  lastSignInAt: iso(row.last_sign_in_at),
});

interface Invited {
  readonly email: string;
  readonly name: string;
  readonly roles: Role[];
}

async function insertInvited({ store }: AccessWriters, input: Invited, now: Date): Promise<string> {
  const id = newId(now.getTime());
  const never = { last_sign_in_at: null, locked_until: null };
  await store.insertOperator({ id, ...input, state: 'invited', created_at: now, ...never });
  return id;
}

/** Who has not used the invitation gets a new one, and the links of before are void. */
async function reopen({ store }: AccessWriters, known: { id: string; state: string }, { name, roles }: Invited) {
  if (known.state !== 'invited')
    throw new AccessError('access.email-taken', 'There is an operator with this e-mail address already.');
  await store.deleteLinksOf(known.id);
  await store.updateOperator(known.id, { name, roles });
  return known.id;
}

async function refuseLastAdministrator({ store }: AccessWriters, id: string) {
  const left = (await store.activeAdministrators()).filter((administrator) => administrator.id !== id);
  if (left.length === 0)
    throw new AccessError(
      'access.last-administrator',
      'This is the last active administrator. Make someone else an administrator first.',
    );
}

/** Operators: invited by link, given roles, disabled; never deleted, since the audit log names them. */
export function createOperators({ db, clock, bind, views }: AccessDeps, links: Pick<Links, 'createInvitation'>) {
  const read = async (id: string) => {
    const row = await views.operatorById(id);
    if (!row) throw new AccessError('access.unknown-operator', 'There is no such operator.');
    return toOperator(row);
  };

  return Object.freeze({
    /** The name of an active operator. */
    nameOf: async (id: string): Promise<string | undefined> => {
      const row = await views.operatorById(id);
      return row?.state === 'active' ? row.name : undefined;
    },
    list: async (query: ListQuery) => {
      const { rows, ...page } = await views.operators(query);
      return { ...page, items: rows.map(toOperator) };
    },
    invite: async (input: Invited, by: By) => {
      const { id, token, expiresAt } = await inTransaction(db, async (tx) => {
        const writers = bind(tx);
        const now = clock.now();
        const known = await writers.store.operatorByEmail(input.email);
        const operatorId = known ? await reopen(writers, known, input) : await insertInvited(writers, input, now);
        const details = { roles: input.roles, again: known !== undefined };
        await writers.audit.append({ action: 'access.invite', subject: input.email, by, details, at: now });
        return { id: operatorId, ...(await links.createInvitation(writers, operatorId)) };
      });
      return { operator: await read(id), link: `/invite#${token}`, expiresAt: expiresAt.toISOString() };
    },
    update: async (id: string, change: { roles?: Role[]; state?: 'active' | 'disabled' }, by: By) => {
      await inTransaction(db, async (tx) => {
        const writers = bind(tx);
        const operator = await writers.store.operator(id);
        if (!operator) throw new AccessError('access.unknown-operator', 'There is no such operator.');
        if (operator.state === 'invited' && change.state === 'active')
          throw new AccessError('access.bad-link', 'An invited operator becomes active by using the invitation link.');
        const loses = change.state === 'disabled' || (change.roles && !change.roles.includes('administrator'));
        if (operator.state === 'active' && operator.roles.includes('administrator') && loses)
          await refuseLastAdministrator(writers, id);
        await writers.store.updateOperator(id, change);
        if (change.state === 'disabled') await writers.store.deleteSessionsOf(id);
        await writers.audit.append({
          action: 'access.update-operator',
          subject: operator.email,
          by,
          details: { ...change, before: { roles: operator.roles, state: operator.state } },
          at: clock.now(),
        });
      });
      return read(id);
    },
  });
}
