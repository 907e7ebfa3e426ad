import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

export type ExportView = 'built' | 'reported';

export interface ExportedSoftware {
  readonly name: string;
  readonly version: string;
  readonly slot: string | null;
  readonly supplier: string | null;
  readonly sha256: Buffer | null;
  readonly sbomId: string | null;
}

export interface ExportedEcu {
  readonly serial: string;
  readonly role: string;
  readonly partNumber: string;
  readonly supplier: string;
  readonly hardwareVersion: string | null;
  readonly software: readonly ExportedSoftware[];
}

interface Row {
  serial: string;
  role: string;
  part_number: string;
  ecu_supplier: string;
  hardware_version: string | null;
  name: string | null;
  version: string | null;
  slot: string;
  supplier: string | null;
  sha256: Buffer | null;
  sbom_id: string | null;
}

/** What a vehicle is made of, for the export of its SBOM. */
export const createExportViews = (db: Db) => ({
  vehicle: (vin: string) =>
    db
      .selectFrom('inventory_vehicle as v')
      .innerJoin('inventory_model as m', 'm.id', 'v.model_id')
      .select(['v.id', 'v.vin', 'm.name as model', 'm.brand', 'm.year'])
      .where('v.vin', '=', vin)
      .executeTakeFirst(),

  /** ECUs with the software that was planned for them, or that they said they run; SBOMs are those in use. */
  ecus: async (vehicleId: string, view: ExportView): Promise<ExportedEcu[]> => {
    const [id, version, hash] =
      view === 'built'
        ? [sql.ref('i.planned_id'), sql.ref('i.planned_version'), sql.ref('i.planned_sha256')]
        : [sql.ref('i.reported_id'), sql.ref('i.reported_version'), sql.ref('i.reported_sha256')];
    const { rows } = await sql<Row>`
      select e.serial, e.role, e.part_number, e.supplier as ecu_supplier, e.hardware_version, i.name, ${version} as version, i.slot,
        s.supplier, coalesce(${hash}, s.sha256) as sha256, b.id as sbom_id
      from inventory_ecu e
      left join inventory_installation i on i.ecu_id = e.id and ${version} is not null
      left join inventory_software s on s.id = ${id}
      left join inventory_sbom b on b.software_id = s.id and b.state = 'accepted'
      where e.vehicle_id = ${vehicleId}::uuid order by e.role, e.serial, i.name, i.slot`.execute(db);
    return [...Map.groupBy(rows, ({ serial }) => serial).values()].flatMap((group) => {
      const [first] = group;
      return first ? [{ ...ecuOf(first), software: group.flatMap(softwareOf) }] : [];
    });
  },

  software: async (id: string): Promise<ExportedSoftware | undefined> => {
    const row = await db
      .selectFrom('inventory_software as s')
      .leftJoin('inventory_sbom as b', (join) =>
        join.onRef('b.software_id', '=', 's.id').on('b.state', '=', 'accepted'),
      )
      .select(['s.name', 's.version', 's.supplier', 's.sha256', 'b.id as sbomId'])
      .where('s.id', '=', id)
      .executeTakeFirst();
    return row && { ...row, slot: null };
  },

  /** Whether the SBOM is still there: one that was replaced while it was read has lost its components. */
  isThere: async (sbomId: string): Promise<boolean> =>
    (await db.selectFrom('inventory_sbom').select('id').where('id', '=', sbomId).executeTakeFirst()) !== undefined,
});

const ecuOf = ({ serial, role, part_number, ecu_supplier, hardware_version }: Row) => ({
  serial,
  role,
  partNumber: part_number,
  supplier: ecu_supplier,
  hardwareVersion: hardware_version,
});

function softwareOf({ name, version, slot, supplier, sha256, sbom_id }: Row): ExportedSoftware[] {
  return name === null || version === null ? [] : [{ name, version, slot, supplier, sha256, sbomId: sbom_id }];
}
