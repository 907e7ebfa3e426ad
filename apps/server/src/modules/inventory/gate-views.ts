import type { SbomGate } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';

const everySupplier = '*';

export const createGateViews = (db: Db) => {
  const select = () => db.selectFrom('inventory_sbom_gate').selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
  const gateOfRow = (row: Row): SbomGate => ({
    supplier: row.supplier,
    minimumScore: row.minimum_score,
    requiredRules: row.required_rules,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  });
  return {
    list: async () => (await select().orderBy('supplier').execute()).map(gateOfRow),

    /** The gate of the supplier, else that of every supplier. */
    gateOf: async (supplier: string): Promise<SbomGate | undefined> => {
      const rows = await select().where('supplier', 'in', [supplier, everySupplier]).execute();
      const row = rows.find((one) => one.supplier === supplier) ?? rows[0];
      return row && gateOfRow(row);
    },
  };
};
