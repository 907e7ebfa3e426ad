import type { ApiToken, ListQuery, Role } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps } from './deps.ts';
import { AccessError } from './domain/error.ts';
import type { By } from './operators.ts';
import { randomSecret, secretHash } from './secrets.ts';

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** API tokens: shown once, stored as a hash, bounded in time; a token can carry no role its maker may not grant. */
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

  return Object.freeze({
    list: async (query: ListQuery) => {
      const { rows, ...page } = await views.tokens(query);
      return { ...page, items: rows.map(toToken) };
    },
    create: (input: { name: string; roles: Role[]; days: number }, by: By) =>
      inTransaction(db, async (tx) => {
        const { store, audit } = bind(tx);
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
        await audit.append({
          action: 'access.create-token',
          subject: input.name,
          by,
          details: { id: row.id, roles: input.roles, days: input.days },
          at: now,
        });
        return { token: toToken(row), secret };
      }),
    /** Voids every token of a name; for the bootstrap token, of which one is good at a time. */
    voidNamed: (name: string) => bind(db).store.deleteTokensNamed(name),
    remove: (id: string, by: By) =>
      inTransaction(db, async (tx) => {
        const { store, audit } = bind(tx);
        const row = await store.deleteToken(id);
        if (!row) throw new AccessError('access.unknown-token', 'There is no such token.');
        await audit.append({ action: 'access.delete-token', subject: row.name, by, details: { id }, at: clock.now() });
        return {};
      }),
  });
}
