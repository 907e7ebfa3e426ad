import { type Insertable, sql, type Updateable } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type {
  LinkTable,
  OperatorTable,
  PasskeyTable,
  PasswordTable,
  PendingEnrolment,
  SessionTable,
  TokenTable,
  ViewTable,
} from './tables.ts';

const operatorRows = (db: Db) => ({
  operator: (id: string) =>
    db.selectFrom('access_operator').selectAll().where('id', '=', id).forUpdate().executeTakeFirst(),
  operatorByEmail: (email: string) =>
    db
      .selectFrom('access_operator')
      .selectAll()
      .where((eb) => eb(eb.fn('lower', ['email']), '=', email.toLowerCase()))
      .forUpdate()
      .executeTakeFirst(),
  /** Locks every active administrator, so that two requests cannot each remove the other one. */
  activeAdministrators: () =>
    db
      .selectFrom('access_operator')
      .select('id')
      .where('state', '=', 'active')
      .where((eb) => eb(eb.val('administrator'), '=', eb.fn.any('roles')))
      .forUpdate()
      .execute(),
  /** Somebody who was set up as administrator: others can be there before, where a token has invited them. */
  anyAdministrator: async () =>
    (await db
      .selectFrom('access_operator')
      .select('id')
      .where('state', '!=', 'invited')
      .where((eb) => eb(eb.val('administrator'), '=', eb.fn.any('roles')))
      .limit(1)
      .executeTakeFirst()) !== undefined,
  insertOperator: (row: Insertable<OperatorTable>) => db.insertInto('access_operator').values(row).execute(),
  updateOperator: (id: string, change: Updateable<OperatorTable>) =>
    db.updateTable('access_operator').set(change).where('id', '=', id).execute(),
});

const passkeyRows = (db: Db) => ({
  passkey: (credentialId: string) =>
    db
      .selectFrom('access_passkey')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .forUpdate()
      .executeTakeFirst(),
  insertPasskey: (row: Insertable<PasskeyTable>) => db.insertInto('access_passkey').values(row).execute(),
  countPasskey: (credentialId: string, counter: number) =>
    db.updateTable('access_passkey').set({ counter }).where('credential_id', '=', credentialId).execute(),
});

const passwordRows = (db: Db) => ({
  password: (operatorId: string) =>
    db.selectFrom('access_password').selectAll().where('operator_id', '=', operatorId).forUpdate().executeTakeFirst(),
  insertPassword: (row: Insertable<PasswordTable>) => db.insertInto('access_password').values(row).execute(),
  usedTotpStep: (operatorId: string, step: number) =>
    db.updateTable('access_password').set({ totp_last_step: step }).where('operator_id', '=', operatorId).execute(),
});

const linkRows = (db: Db) => ({
  link: (tokenHash: Buffer) =>
    db.selectFrom('access_link').selectAll().where('token_hash', '=', tokenHash).forUpdate().executeTakeFirst(),
  insertLink: (row: Omit<Insertable<LinkTable>, 'pending'>) => db.insertInto('access_link').values(row).execute(),
  updateLink: (
    id: string,
    { pending, ...change }: { pending?: PendingEnrolment; used_at?: Date; operator_id?: string },
  ) =>
    db
      .updateTable('access_link')
      .set({ ...change, ...(pending ? { pending: JSON.stringify(pending) } : {}) })
      .where('id', '=', id)
      .execute(),
  /** One statement: of attempts made at the same time none is lost. */
  countLinkAttempt: (tokenHash: Buffer) =>
    db
      .updateTable('access_link')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('token_hash', '=', tokenHash)
      .execute(),
  deleteLinksOf: (operatorId: string) => db.deleteFrom('access_link').where('operator_id', '=', operatorId).execute(),
  deleteSetupLinks: () => db.deleteFrom('access_link').where('kind', '=', 'set-up').execute(),
});

const challengeRows = (db: Db) => ({
  insertChallenge: (row: { id: string; challenge: string; expires_at: Date }) =>
    db.insertInto('access_challenge').values(row).execute(),
  /** A challenge answers once: reading it removes it. */
  takeChallenge: (id: string) =>
    db.deleteFrom('access_challenge').where('id', '=', id).returningAll().executeTakeFirst(),
  deleteExpired: async (now: Date) => {
    await db.deleteFrom('access_challenge').where('expires_at', '<', now).execute();
    await db.deleteFrom('access_session').where('expires_at', '<', now).execute();
  },
});

const sessionRows = (db: Db) => ({
  insertSession: (row: Insertable<SessionTable>) => db.insertInto('access_session').values(row).execute(),
  touchSession: (id: string, at: Date) =>
    db.updateTable('access_session').set({ last_used_at: at }).where('id', '=', id).execute(),
  deleteSession: (tokenHash: Buffer) => db.deleteFrom('access_session').where('token_hash', '=', tokenHash).execute(),
  deleteSessionsOf: (operatorId: string) =>
    db.deleteFrom('access_session').where('operator_id', '=', operatorId).execute(),
});

const tokenRows = (db: Db) => ({
  insertToken: (row: Insertable<TokenTable>) => db.insertInto('access_token').values(row).execute(),
  touchToken: (id: string, at: Date) =>
    db.updateTable('access_token').set({ last_used_at: at }).where('id', '=', id).execute(),
  deleteToken: (id: string) => db.deleteFrom('access_token').where('id', '=', id).returningAll().executeTakeFirst(),
  deleteTokensNamed: (name: string, maker: string, role?: string) =>
    db
      .deleteFrom('access_token')
      .where('name', '=', name)
      .where('created_by', '=', maker)
      .$if(role !== undefined, (query) => query.where(sql<boolean>`${role} = any(roles)`))
      .returning('id')
      .execute(),
});

const viewRows = (db: Db) => ({
  insertView: (row: Insertable<ViewTable>) => db.insertInto('access_view').values(row).execute(),
  deleteView: (id: string, ownerId: string) =>
    db
      .deleteFrom('access_view')
      .where('id', '=', id)
      .where('owner_id', '=', ownerId)
      .returning('id')
      .executeTakeFirst(),
});

/** The only SQL that writes access_*; whole rows of one table, no joins. Rows that a decision depends on are locked. */
export const createAccessStore = (db: Db) => ({
  ...operatorRows(db),
  ...passkeyRows(db),
  ...passwordRows(db),
  ...linkRows(db),
  ...challengeRows(db),
  ...sessionRows(db),
  ...tokenRows(db),
  ...viewRows(db),
});
export type AccessStore = ReturnType<typeof createAccessStore>;
