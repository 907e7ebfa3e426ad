import type { VexAuthor } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, VulnerabilityDeps } from './deps.ts';
import { readAuthorKey } from './domain/author-key.ts';
import { VulnerabilityError } from './domain/error.ts';
import { createVexAuthorViews } from './vex-author-views.ts';
import { createAuthorStore } from './vex-store.ts';

/** Whose word counts: trusted by public key, for the software of a supplier. */
export const createVexAuthors = ({ db, clock, bind, announce }: VulnerabilityDeps) => ({
  listAuthors: async () => ({ items: await createVexAuthorViews(db).authors() }),

  /** @throws VulnerabilityError `vulnerabilities.bad-author` */
  createAuthor: async (
    input: {
      readonly name: string;
      readonly publicKey: string;
      readonly supplier?: string;
      readonly autoApply: boolean;
    },
    by: Actor,
  ): Promise<VexAuthor> => {
    const key = readAuthorKey(input.publicKey);
    if (input.autoApply && input.supplier === undefined)
      throw new VulnerabilityError(
        'vulnerabilities.bad-author',
        'Statements may settle something alone only for software of one supplier: name the supplier',
        { fields: { supplier: 'Needed with autoApply' } },
      );
    const id = newId();
    const created = await inTransaction(db, async (tx) => {
      const { name, supplier = null, autoApply } = input;
      const row = {
        id,
        name,
        keyId: key.thumbprint,
        publicKey: key.pem,
        supplier,
        autoApply,
        at: clock.now(),
        by: by.name,
      };
      if (!(await createAuthorStore(tx).insert(row)))
        throw new VulnerabilityError(
          'vulnerabilities.bad-author',
          'An author of this name, or with this key, is trusted already',
        );
      const details = { authorId: id, keyId: key.thumbprint, supplier, autoApply };
      await bind(tx).audit.append({
        action: 'vulnerabilities.trust-author',
        subject: name,
        by,
        details,
        at: clock.now(),
      });
      return createVexAuthorViews(tx).author(id);
    });
    announce('decisions');
    if (!created) throw new Error('An author that was just stored is gone');
    return created;
  },

  /** Decisions that were taken over stay; nothing new settles anything. @throws VulnerabilityError `vulnerabilities.bad-author` */
  deleteAuthor: async (id: string, by: Actor): Promise<void> => {
    await inTransaction(db, async (tx) => {
      const gone = await createAuthorStore(tx).delete(id);
      if (!gone) throw new VulnerabilityError('vulnerabilities.bad-author', `There is no author ${id}`);
      const details = { authorId: id, keyId: gone.key_id, supplier: gone.supplier, autoApply: gone.auto_apply };
      await bind(tx).audit.append({
        action: 'vulnerabilities.distrust-author',
        subject: gone.name,
        by,
        details,
        at: clock.now(),
      });
    });
    announce('decisions');
  },
});
