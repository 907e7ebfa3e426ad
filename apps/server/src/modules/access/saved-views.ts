import { type Operation, operations, parseFilter, type SavedView } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { AccessDeps } from './deps.ts';
import { AccessError } from './domain/error.ts';
import type { By } from './operators.ts';

type NewView = Omit<SavedView, 'id' | 'own'>;

/** Saved views of lists: filter, order and columns under a name, own or shared. A view is named after its list's path. */
export function createSavedViews({ db, clock, bind, views }: AccessDeps) {
  const fieldsOf = (list: string) =>
    (Object.values(operations) as Operation[]).find((o) => o.list && o.path === `/${list}`)?.list?.fields ?? {};

  return Object.freeze({
    list: async (list: string, ownerId: string) => {
      const rows = await views.savedViews(list, ownerId);
      return {
        items: rows.map(
          (row): SavedView => ({
            id: row.id,
            list: row.list,
            name: row.name,
            filter: row.filter,
            sort: row.sort,
            columns: row.columns,
            shared: row.shared,
            own: row.owner_id === ownerId,
          }),
        ),
      };
    },
    save: (view: NewView, by: By): Promise<SavedView> =>
      inTransaction(db, async (tx) => {
        parseFilter(view.filter, fieldsOf(view.list)); // a view that cannot be used is not saved
        const { store, audit } = bind(tx);
        const now = clock.now();
        const id = newId(now.getTime());
        await store.insertView({ id, owner_id: by.id, ...view, created_at: now });
        await audit.append({
          action: 'access.save-view',
          subject: view.name,
          by,
          details: { list: view.list, shared: view.shared },
          at: now,
        });
        return { id, ...view, own: true };
      }),
    remove: (id: string, by: By) =>
      inTransaction(db, async (tx) => {
        const { store, audit } = bind(tx);
        if (!(await store.deleteView(id, by.id)))
          throw new AccessError('access.unknown-view', 'There is no such view of yours.');
        await audit.append({ action: 'access.delete-view', subject: id, by, at: clock.now() });
        return {};
      }),
  });
}
