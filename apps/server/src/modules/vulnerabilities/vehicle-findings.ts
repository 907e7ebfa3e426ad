import type { VehicleFinding } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { PageError } from '../../platform/db/page.ts';
import type { InstalledRow, VehiclePort } from './deps.ts';
import { unknownVehicle } from './domain/error.ts';
import { createMatchViews, type RankedVulnerability } from './match-views.ts';
import { occurrenceOf, settledStates } from './occurrences.ts';
import { createStateViews } from './state-views.ts';
import {
  createVehicleFindingViews,
  type VehicleFindingPlace,
  type VehicleFindingRow,
} from './vehicle-finding-views.ts';
import { plain } from './vulnerability-views.ts';

interface Query {
  readonly serial?: string;
  readonly all?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

const batch = 200;
/** A page ends early, with a cursor to go on, rather than to read a vehicle where thousands are settled in one answer. */
const mostBatches = 10;

/** What is weak in one vehicle: findings by what its ECUs run now, each with the priority and the decision of that place. */
export const findingsOfVehicle =
  (db: Db, vehicles: Pick<VehiclePort, 'installed'>) =>
  /**
   * @throws VulnerabilityError `vulnerabilities.unknown-vehicle`
   * @throws PageError `request.bad-cursor`
   */
  async (vin: string, { serial, all = false, limit = 50, cursor }: Query) => {
    const installed = await installedOn(vehicles, vin, serial);
    const bySoftware = Map.groupBy(
      installed.flatMap((row) => (row.softwareId === null ? [] : [{ ...row, softwareId: row.softwareId }])),
      ({ softwareId }) => softwareId,
    );
    const views = createVehicleFindingViews(db);
    const described = await views.described([...bySoftware.keys()]);
    const model = installed[0]?.model ?? '';
    const items: VehicleFinding[] = [];
    let after = cursor === undefined ? undefined : readCursor(cursor);
    let next: string | null = null;
    for (let read = 0; read < mostBatches; read++) {
      const rows = await views.of([...described], model, { limit: batch, ...(after ? { after } : {}) });
      const judged = await judge(db, rows, bySoftware);
      const kept = judged.filter(({ state }) => all || !settledStates.includes(state));
      const wanted = kept.slice(0, limit - items.length);
      items.push(...wanted);
      const full = wanted.length < kept.length || (items.length === limit && rows.length === batch);
      const last = full ? rows[judged.indexOf(wanted.at(-1) as VehicleFinding)] : rows.at(-1);
      after = last ? [last.rank, last.findingId, last.software.id] : undefined;
      next = after && (full || rows.length === batch) ? after.join('.') : null;
      if (full || next === null) break;
    }
    const unknown = installed
      .filter(({ softwareId }) => softwareId === null || !described.has(softwareId))
      .map(({ serial: ecu, role, name, version }) => ({ serial: ecu, role, name, version }));
    return { items, next, described: described.size, unknown };
  };

async function installedOn({ installed }: Pick<VehiclePort, 'installed'>, vin: string, serial: string | undefined) {
  const rows = await installed(vin);
  if (!rows) throw unknownVehicle(`There is no vehicle ${vin}`);
  return serial === undefined ? rows : rows.filter((row) => row.serial === serial);
}

async function judge(db: Db, rows: readonly VehicleFindingRow[], bySoftware: ReadonlyMap<string, InstalledRow[]>) {
  const ids = [...new Set(rows.map(({ vulnerabilityId }) => vulnerabilityId))];
  const [ranked, decisions] = await Promise.all([
    createMatchViews(db).ranked(ids),
    createStateViews(db).activeDecisions(ids),
  ]);
  return rows.map((row): VehicleFinding => {
    const ecus = (bySoftware.get(row.software.id) ?? []).map(({ serial, role }) => ({ serial, role }));
    const roles = new Set(ecus.map(({ role }) => role));
    const here = { ...row, places: row.places.filter(({ role }) => roles.has(role)) };
    const from = ranked.get(row.vulnerabilityId) ?? unranked(row);
    const place = occurrenceOf(here, from, decisions.get(row.vulnerabilityId) ?? [], 1);
    return {
      findingId: row.findingId,
      ref: row.ref,
      title: row.title,
      severity: row.severity,
      cvss: plain(row.cvss),
      kev: row.kev,
      component: row.component,
      software: { id: row.software.id, name: row.software.name, version: row.software.version },
      ecus: [...new Map(ecus.map((ecu) => [ecu.serial, ecu])).values()],
      priority: place.priority,
      verdict: row.verdict,
      strength: row.strength,
      state: place.state,
      decisionId: place.decisionId,
      fixedIn: row.fixedIn,
    };
  });
}

/** The vulnerability vanished between two reads: what is known of it is its name. */
const unranked = ({ vulnerabilityId, ref, cvss }: VehicleFindingRow): RankedVulnerability => ({
  id: vulnerabilityId,
  ref,
  cvss,
  vector: null,
  epss: null,
  kevAdded: null,
  kevDue: null,
  kevRansomware: false,
  exploitation: 'none',
  exploitationSource: null,
  automatable: null,
});

const mostRank = 2_147_483_647;
const cursorForm =
  /^(\d{1,10})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
function readCursor(text: string): VehicleFindingPlace {
  const [, rank, findingId, softwareId] = cursorForm.exec(text) ?? [];
  if (rank && Number(rank) <= mostRank && findingId && softwareId) return [Number(rank), findingId, softwareId];
  throw new PageError(
    'request.bad-cursor',
    'The cursor cannot be used: it is not one that this server gave out. Start again from the first page.',
  );
}
