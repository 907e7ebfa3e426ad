import { newId } from '@bulkhead/kernel';
import { violatedUnique } from '../../platform/db/constraint.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import type { Actor, InventoryDeps } from './deps.ts';
import { InventoryError, unknownSoftware } from './domain/error.ts';
import { createEcuViews } from './ecu-views.ts';
import { createInstallationStore } from './installation-store.ts';
import { createSoftwareStore } from './software-store.ts';
import { createSoftwareViews } from './software-views.ts';
import { createStatusStore } from './status-store.ts';

export interface CreateSoftware {
  readonly name: string;
  readonly version: string;
  readonly supplier: string;
  readonly function: string;
  readonly partNumber?: string;
  readonly sha256?: string;
}

export const createSoftware = ({ db, clock, bind, notify }: InventoryDeps) => ({
  list: createSoftwareViews(db).list,
  get: (id: string) => require(db, id),

  /** Registering the same version again answers the one that is there; with other content it is refused. */
  create: async (body: CreateSoftware, by: Actor) => {
    const [known] = await createSoftwareViews(db).known([body.name], [body.version]);
    if (known) {
      if (body.sha256 !== undefined && known.sha256?.toString('hex') !== body.sha256) throw otherContent(body);
      return require(db, known.id);
    }
    try {
      const id = newId();
      await inTransaction(db, async (tx) => {
        const now = clock.now();
        const sha256 = body.sha256 ? Buffer.from(body.sha256, 'hex') : null;
        await createSoftwareStore(tx).insert([{ id, ...body, part_number: body.partNumber ?? null, sha256 }], now);
        const details = { version: body.version, supplier: body.supplier, sha256: body.sha256 };
        await bind(tx).audit.append({ action: 'inventory.create-software', subject: body.name, by, details, at: now });
        await notify?.(tx, 'software');
      });
      // afterwards: what vehicles reported before counts from the commit on
      return await require(db, id);
    } catch (error) {
      throw violatedUnique(error) === undefined ? error : otherContent(body);
    }
  },

  /** Plans a version for the ECUs of a filter. With `dryRun` nothing changes: the answer says how many would. */
  plan: async (
    id: string,
    { filter, slot = 'running', dryRun }: { filter: string; slot?: string; dryRun: boolean },
    by: Actor,
  ) => {
    const software = await require(db, id);
    const condition = createEcuViews(db).condition(filter);
    if (dryRun) return createEcuViews(db).countForPlan(filter, id, slot);
    return inTransaction(db, async (tx) => {
      const now = clock.now();
      const { ecus, vehicles } = await createInstallationStore(tx).planWhere(id, slot, condition, now);
      await createStatusStore(tx).refreshSoftware(vehicles);
      const details = { version: software.version, filter, slot, ecus, vehicles: vehicles.length };
      await bind(tx).audit.append({ action: 'inventory.plan-software', subject: software.name, by, details, at: now });
      await notify?.(tx, 'vehicles');
      return { ecus, vehicles: vehicles.length };
    });
  },
});

async function require(db: Db, id: string) {
  const software = await createSoftwareViews(db).byId(id);
  if (!software) throw unknownSoftware(id);
  return software;
}

const otherContent = ({ name, version }: CreateSoftware) =>
  new InventoryError(
    'inventory.duplicate-software',
    `${name} ${version} is registered with other content: the content of a version never changes, register a new version.`,
  );
