import type { Architecture } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, InventoryDeps } from './deps.ts';
import { checkArchitecture, rolesOf } from './domain/architecture.ts';
import { InventoryError, unknownModel } from './domain/error.ts';
import { createModelStore } from './model-store.ts';
import { createModelViews } from './model-views.ts';

export interface PutModel {
  readonly name: string;
  readonly brand: string;
  readonly year: number;
  readonly architecture: Architecture;
}

export const createModels = ({ db, clock, bind, notify }: InventoryDeps) => ({
  list: createModelViews(db).list,

  get: async (code: string) => {
    const model = await createModelViews(db).byCode(code);
    if (!model) throw unknownModel(code);
    return model;
  },

  /** Creates or replaces a model. ECUs follow their role; a role that ECUs have cannot be taken away. */
  put: (code: string, body: PutModel, by: Actor) => {
    checkArchitecture(body.architecture);
    const roles = rolesOf(body.architecture);
    return inTransaction(db, async (tx) => {
      const store = createModelStore(tx);
      const now = clock.now();
      const id = await store.put({ id: newId(), code, ...body }, roles, now);
      const lost = await store.rolesInUse(
        id,
        roles.map(({ role }) => role),
      );
      if (lost.length > 0) throw roleInUse(lost.map(({ role }) => role));
      const changedEcus = await store.replaceRoles(id, roles);
      const { audit } = bind(tx);
      const details = { name: body.name, roles: roles.length, changedEcus };
      await audit.append({ action: 'inventory.put-model', subject: code, by, details, at: now });
      await notify?.(tx, 'models');
      const model = await createModelViews(tx).byCode(code);
      if (!model) throw unknownModel(code);
      return model;
    });
  },
});

const roleInUse = (roles: readonly string[]) =>
  new InventoryError(
    'inventory.bad-architecture',
    `ECUs of this model have the role ${roles.join(', ')}: keep these roles, or retire the vehicles first.`,
    { fields: { 'architecture/roles': 'leaves out a role that ECUs have' } },
  );
