import type { ApiToken, ListQuery, Role } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters } from './deps.ts';
import { AccessError } from './domain/error.ts';
import type { By } from './operators.ts';
import { randomSecret, secretHash } from './secrets.ts';

const iso = (at: Date | null) => at?.toISOString() ?? null;

interface NewToken {
  readonly name: string;
  readonly roles: Role[];
  readonly days: number;
}

const withdrawn = ({ id, name }: { id: string; name: string }, by: By, at: Date) =>
  ({ action: 'access.delete-token', subject: name, by, details: { id }, at }) as const;

/** API tokens: shown once, stored as a hash, bounded in time. */
export function createTokens({ db, clock, bind, views }: AccessDeps) {
  type Row = {
    id: string;
    name: string;
    roles: Role[];
    created_by: string;
    created_at: Date;
    expires_at: Date;
    last_used_at: Date | null;
  };
  const toToken = (row: Row): ApiToken => ({
    id: row.id,
    name: row.name,
    roles: row.roles,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    lastUsedAt: iso(row.last_used_at),
  });

  const insert = async ({ store, audit }: AccessWriters, input: NewToken, by: By) => {
    const now = clock.now();
    const secret = `bh_${randomSecret()}`;
    const row = {
      id: newId(now.getTime()),
      name: input.name,
      roles: input.roles,
      created_by: by.name,
      created_at: now,
      expires_at: new Date(now.getTime() + input.days * 86_400_000),
      last_used_at: null,
    };
    await store.insertToken({ ...row, secret_hash: secretHash(secret) });
    const details = { id: row.id, roles: input.roles, days: input.days };
    await audit.append({ action: 'access.create-token', subject: input.name, by, details, at: now });
    return { token: toToken(row), secret };
  };

  const endNamed = async ({ store, audit }: AccessWriters, name: string, by: By, role?: Role): Promise<void> => {
    for (const { id } of await store.deleteTokensNamed(name, by.name, role))
      await audit.append(withdrawn({ id, name }, by, clock.now()));
  };

  return Object.freeze({
    list: async (query: ListQuery) => {
      const { rows, ...page } = await views.tokens(query);
      return { ...page, items: rows.map(toToken) };
    },
    create: (input: NewToken, by: By) => inTransaction(db, (tx) => insert(bind(tx), input, by)),
    /** As `create`, and voids what the same maker made under this name before: one is good at a time. */
    replace: (input: NewToken, by: By) =>
      inTransaction(db, async (tx) => {
        await endNamed(bind(tx), input.name, by);
        return insert(bind(tx), input, by);
      }),
    /** Voids what the same maker made under this name, if it carries the role. */
    endWithRole: (name: string, role: Role, by: By) => inTransaction(db, (tx) => endNamed(bind(tx), name, by, role)),
    remove: (id: string, by: By) =>
      inTransaction(db, async (tx) => {
        const { store, audit } = bind(tx);
        const row = await store.deleteToken(id);
        if (!row) throw new AccessError('access.unknown-token', 'There is no such token.');
        await audit.append(withdrawn(row, by, clock.now()));
        return {};
      }),
  });
}
