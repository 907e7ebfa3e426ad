import { createAudit } from '../../platform/audit/audit.ts';
import { migrationsOf } from '../../platform/db/migrate.ts';
import { type TestDatabase, testDatabase } from '../../platform/db/testing.ts';
import { createSecretBox } from '../../platform/keys/derive.ts';
import { totpCode } from './domain/totp.ts';
import { type AccessDeps, createAccess, createAccessStore, createAccessViews } from './index.ts';

export const caller = { address: '127.0.0.1', userAgent: 'test', origin: 'http://localhost:8080' };

/** The module on a real database, with a clock the test moves. */
export async function accessFixture(clock: AccessDeps['clock']) {
  const database: TestDatabase = await testDatabase([migrationsOf('access', import.meta.url)]);
  const deps: AccessDeps = {
    db: database.db,
    views: createAccessViews(database.db),
    clock,
    secretBox: createSecretBox(Buffer.alloc(32, 7)),
    bind: (db) => ({ store: createAccessStore(db), audit: createAudit(db) }),
  };
  return { database, access: createAccess(deps) };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows for a seed at a time. */
export function codeFor(secretBase32: string, at: Date): string {
  let bits = '';
  for (const c of secretBase32) bits += alphabet.indexOf(c).toString(2).padStart(5, '0');
  const bytes = Buffer.from(bits.match(/.{8}/g)?.map((b) => Number.parseInt(b, 2)) ?? []);
  return totpCode(bytes, Math.floor(at.getTime() / 30_000));
}
