import type { Db } from '../../platform/db/database.ts';

export interface NewGate {
  readonly supplier: string;
  readonly minimum_score: number;
  readonly required_rules: string[];
  readonly updated_at: Date;
  readonly updated_by: string;
}

/** Writes inventory_sbom_gate. */
export const createGateStore = (db: Db) => ({
  put: ({ supplier, ...gate }: NewGate) =>
    db
      .insertInto('inventory_sbom_gate')
      .values({ supplier, ...gate })
      .onConflict((conflict) => conflict.column('supplier').doUpdateSet(gate))
      .execute(),

  remove: async (supplier: string): Promise<boolean> => {
    const [gone] = await db
      .deleteFrom('inventory_sbom_gate')
      .where('supplier', '=', supplier)
      .returning('supplier')
      .execute();
    return gone !== undefined;
  },
});
