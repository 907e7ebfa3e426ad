import { accessOperations, type ListQuery } from '@bulkhead/contract';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { defineList } from '../../platform/db/filter-sql.ts';
import { pageOf } from '../../platform/db/page.ts';

const operatorList = defineList(
  accessOperations.listOperators.list,
  { email: 'o.email', name: 'o.name', state: 'o.state' },
  'o.id',
);
const tokenList = defineList(
  accessOperations.listTokens.list,
  { name: 't.name', createdAt: 't.created_at', expiresAt: 't.expires_at' },
  't.id',
);

/** Read models of access; never write. */
export const createAccessViews = (db: Db) => {
  const operators = () =>
    db
      .selectFrom('access_operator as o')
      .select((eb) => [
        'o.id',
        'o.email',
        'o.name',
        'o.roles',
        'o.state',
        'o.created_at',
        'o.last_sign_in_at',
        eb
          .exists(eb.selectFrom('access_passkey as p').whereRef('p.operator_id', '=', 'o.id').select(sql`1`.as('one')))
          .as('has_passkey'),
        eb
          .exists(eb.selectFrom('access_password as w').whereRef('w.operator_id', '=', 'o.id').select(sql`1`.as('one')))
          .as('has_password'),
      ]);
  return Object.freeze({
    /** The active operator behind a session that is neither expired nor idle since `idleSince`. */
    session: (tokenHash: Buffer, now: Date, idleSince: Date) =>
      db
        .selectFrom('access_session as s')
        .innerJoin('access_operator as o', 'o.id', 's.operator_id')
        .where('s.token_hash', '=', tokenHash)
        .where('s.expires_at', '>', now)
        .where('s.last_used_at', '>', idleSince)
        .where('o.state', '=', 'active')
        .select(['s.id as session_id', 's.last_used_at', 's.expires_at', 'o.id', 'o.name', 'o.email', 'o.roles'])
        .executeTakeFirst(),
    token: (secretHash: Buffer, now: Date) =>
      db
        .selectFrom('access_token')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .where('expires_at', '>', now)
        .executeTakeFirst(),
    tokenById: (id: string) => db.selectFrom('access_token').selectAll().where('id', '=', id).executeTakeFirst(),
    operatorById: (id: string) => operators().where('o.id', '=', id).executeTakeFirst(),
    operators: (query: ListQuery) => pageOf(operators(), operatorList, query),
    tokens: (query: ListQuery) => pageOf(db.selectFrom('access_token as t').selectAll('t'), tokenList, query),
    savedViews: (list: string, ownerId: string) =>
      db
        .selectFrom('access_view')
        .selectAll()
        .where('list', '=', list)
        .where((eb) => eb.or([eb('owner_id', '=', ownerId), eb('shared', '=', true)]))
        .orderBy('name')
        .limit(200)
        .execute(),
  });
};
export type AccessViews = ReturnType<typeof createAccessViews>;
