import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps, AccessWriters } from './deps.ts';
import { AccessError } from './domain/error.ts';
import { randomSecret, secretHash } from './secrets.ts';
import type { Link } from './tables.ts';

const setupMinutes = 30;
const invitationHours = 72;
const maxAttempts = 10;

export const badLink = () =>
  new AccessError(
    'access.bad-link',
    'This link is not valid any more. Links work once and for a limited time; restart the server for a new set-up link, or ask for a new invitation.',
  );

/** The row of a link that may be used now, locked. @throws AccessError `access.bad-link` */
export async function openLink({ store }: AccessWriters, token: string, now: Date): Promise<Link> {
  const link = await store.link(secretHash(token));
  if (!link || link.used_at || link.expires_at <= now || link.attempts >= maxAttempts) throw badLink();
  if (link.kind === 'set-up' && (await store.anyAdministrator())) throw badLink();
  return link;
}

async function insertLink(
  { store }: AccessWriters,
  kind: Link['kind'],
  operatorId: string | null,
  now: Date,
  lifeMs: number,
) {
  const token = randomSecret();
  const expiresAt = new Date(now.getTime() + lifeMs);
  await store.insertLink({
    id: newId(now.getTime()),
    token_hash: secretHash(token),
    kind,
    operator_id: operatorId,
    expires_at: expiresAt,
    used_at: null,
    created_at: now,
  });
  return { token, expiresAt };
}

/** Single-use links: one for setting up the platform, one per invited operator. The database keeps only their hashes. */
export const createLinks = ({ db, clock, bind }: AccessDeps) =>
  Object.freeze({
    /** Makes a new set-up link and voids the earlier ones; undefined once there is an operator. */
    createSetupLink: () =>
      inTransaction(db, async (tx) => {
        const writers = bind(tx);
        if (await writers.store.anyAdministrator()) return undefined;
        await writers.store.deleteSetupLinks();
        const now = clock.now();
        const by = { kind: 'system', id: 'start', name: 'set-up' } as const;
        await writers.audit.append({ action: 'access.create-setup-link', subject: 'set-up', by, at: now });
        return insertLink(writers, 'set-up', null, now, setupMinutes * 60_000);
      }),
    /** A link for an operator who was invited, in the caller's transaction. */
    createInvitation: (writers: AccessWriters, operatorId: string) =>
      insertLink(writers, 'invitation', operatorId, clock.now(), invitationHours * 3_600_000),
    /** Counts a failed attempt, outside the transaction that it aborted. */
    countFailure: async (token: string) => void (await bind(db).store.countLinkAttempt(secretHash(token))),
  });
export type Links = ReturnType<typeof createLinks>;
