import { randomBytes } from 'node:crypto';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { passwordWeakness } from './domain/password-rules.ts';
import { totpUri } from './domain/totp.ts';
import { hashPassword } from './secrets.ts';

/**
 * Unattended set-up: makes the first administrator from configuration, only while there are no operators.
 * `handOver` gets the address for the authenticator app before the commit: when it cannot keep it, nothing has happened.
 * @throws AccessError `access.weak-password`
 */
export function createFirstOperator(
  { db, clock, secretBox, bind }: AccessDeps,
  email: string,
  password: string,
  handOver: (totpUri: string) => void,
): Promise<void> {
  return inTransaction(db, async (tx) => {
    const { store, audit } = bind(tx);
    if (await store.anyAdministrator()) return;
    const weakness = passwordWeakness(password, email);
    if (weakness) throw new AccessError('access.weak-password', `admin.password is too weak: ${weakness}`);
    const now = clock.now();
    const seed = randomBytes(20);
    const id = newId(now.getTime());
    await store.insertOperator({
      id,
      email,
      name: email,
      roles: ['administrator'],
      state: 'active',
      created_at: now,
      last_sign_in_at: null,
      locked_until: null,
    });
    await store.insertPassword({
      operator_id: id,
      hash: await hashPassword(password),
      totp_sealed: secretBox.seal(seed),
      changed_at: now,
    });
    await audit.append({
      action: 'access.enrol',
      subject: email,
      by: { kind: 'system', id: 'configuration', name: 'unattended set-up' },
      details: { how: 'password', roles: ['administrator'] },
      at: now,
    });
    handOver(totpUri(seed, email));
  });
}
