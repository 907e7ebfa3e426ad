import type { KeyFile } from '@bulkhead/contract';
import { publicKeyFile, type Root, type Signer, signerOf } from '@bulkhead/uptane';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { deriveSecret, ed25519KeyFrom } from '../../platform/keys/derive.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { ImagesError } from './domain/error.ts';
import { createDraftStore } from './draft-store.ts';
import { createMetadataViews } from './metadata-views.ts';

export type OnlineRole = 'snapshot' | 'timestamp';

/**
 * The platform's keys for snapshot and timestamp, each role its own, in generations: a new one is made, named in a root
 * by a ceremony, and signs from the moment that root is published. The private halves never leave the key store.
 */
export const createOnlineKeys = (deps: ImagesDeps) => {
  const { db, keys, clock, bind, announce } = deps;

  const signerFor = (role: OnlineRole, generation: number): Signer =>
    signerOf(ed25519KeyFrom(deriveSecret(keys, `images-${role}-${generation}`)));

  const make = async (tx: Db, role: OnlineRole, generation: number, by: Actor): Promise<Signer> => {
    const signer = signerFor(role, generation);
    const now = clock.now();
    await createDraftStore(tx).insertKey({ role, generation, key_id: signer.keyId, created_at: now });
    const details = { keyId: signer.keyId, generation };
    await bind(tx).audit.append({ action: 'images.make-online-key', subject: role, by, details, at: now });
    await announce?.(tx, 'repository');
    return signer;
  };

  const known = (role: OnlineRole, { generation, key_id }: { generation: number; key_id: string }): Signer => {
    const signer = signerFor(role, generation);
    if (signer.keyId === key_id) return signer;
    throw new ImagesError(
      'images.bad-metadata',
      `The key store of this replica has another ${role} key than the platform signs with: replicas share one key directory.`,
    );
  };

  const newest = (role: OnlineRole, by: Actor): Promise<Signer> =>
    inTransaction(db, async (tx) => {
      await createDraftStore(tx).takeKeys();
      const row = (await createMetadataViews(tx).onlineKeys()).find((key) => key.role === role);
      return row ? known(role, row) : make(tx, role, 1, by);
    });

  return Object.freeze({
    newest,

    /** The newest public key as a key file; the first is made when it is asked for. */
    keyFile: async (role: OnlineRole, by: Actor): Promise<KeyFile> => fileOf(await newest(role, by)),

    renew: (role: OnlineRole, by: Actor): Promise<KeyFile> =>
      inTransaction(db, async (tx) => {
        await createDraftStore(tx).takeKeys();
        const row = (await createMetadataViews(tx).onlineKeys()).find((key) => key.role === role);
        return fileOf(await make(tx, role, (row?.generation ?? 0) + 1, by));
      }),

    /** Those of our keys that a root lists for a role, under the ids that it gives them. */
    signersOf: async (tx: Db, role: OnlineRole, root: Root): Promise<Signer[]> => {
      const rows = (await createMetadataViews(tx).onlineKeys()).filter((key) => key.role === role);
      const listed = root.roles.get(role)?.keyIds ?? [];
      const own = rows.map((row) => known(role, row));
      return listed.flatMap((keyId) => {
        const signer = own.find(({ key }) => key.identity === root.keys.get(keyId)?.identity);
        return signer ? [{ ...signer, keyId }] : [];
      });
    },

    list: async () =>
      (await createMetadataViews(db).onlineKeys()).map(({ role, generation, key_id, created_at }) => ({
        role,
        generation,
        keyId: key_id,
        createdAt: created_at.toISOString(),
      })),
  });
};
export type OnlineKeys = ReturnType<typeof createOnlineKeys>;

/** The shape that people hand to a ceremony. */
const fileOf = ({ key }: Signer): KeyFile => JSON.parse(publicKeyFile(key)) as KeyFile;
