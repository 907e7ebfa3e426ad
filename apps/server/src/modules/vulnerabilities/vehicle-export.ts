import { Readable } from 'node:stream';
import { csvLine } from '@bulkhead/kernel';
import type { AffectedVehicleRow } from './deps.ts';

const ecusInWords = ({ ecus }: AffectedVehicleRow) =>
  ecus.map(({ serial, role, name, version }) => `${role} ${serial}: ${name} ${version}`).join('; ');

const columns = ['vin', 'model', 'region', 'plant', 'state', 'lastSeenAt', 'ecus'];
const lineOf = (row: AffectedVehicleRow) =>
  csvLine([row.vin, row.model, row.region, row.plant, row.state, row.lastSeenAt, ecusInWords(row)]);

/** All affected vehicles as text, made as it is read: memory does not grow with the fleet. */
export function exportVehicles(rows: AsyncIterable<AffectedVehicleRow>, format: 'csv' | 'ndjson'): Readable {
  return Readable.from(
    (async function* () {
      if (format === 'csv') yield csvLine(columns);
      for await (const row of rows) yield format === 'csv' ? lineOf(row) : `${JSON.stringify(row)}\n`;
    })(),
    { objectMode: false },
  );
}
