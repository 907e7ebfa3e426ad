import type { VehicleDetail } from '@bulkhead/contract';
import { instant } from './instant.ts';

type InstalledSoftware = VehicleDetail['members'][number]['software'][number];

interface InstallationRow {
  readonly name: string;
  readonly slot: string;
  readonly planned_id: string | null;
  readonly planned_version: string | null;
  readonly reported_id: string | null;
  readonly reported_version: string | null;
  readonly reported_sha256: Buffer | null;
  readonly planned_sha256: Buffer | null;
  readonly reported_at: Date | null;
  readonly state: InstalledSoftware['state'];
}

export const installedSoftware = (row: InstallationRow): InstalledSoftware => ({
  name: row.name,
  slot: row.slot,
  planned: row.planned_version,
  reported: row.reported_version,
  reportedAt: instant(row.reported_at),
  state: row.state,
  softwareId: row.reported_id,
  plannedId: row.planned_id,
  sha256: (row.reported_sha256 ?? row.planned_sha256)?.toString('hex') ?? null,
});
