import { Readable } from 'node:stream';
import type { Vehicle } from '@bulkhead/contract';
import { csvLine } from '@bulkhead/kernel';

const columns = [
  'vin',
  'model',
  'modelName',
  'region',
  'plant',
  'state',
  'software',
  'ecus',
  'enrolledEcus',
  'builtAt',
  'firstSeenAt',
  'lastSeenAt',
] as const satisfies readonly (keyof Vehicle)[];

/** Vehicles as a stream of CSV or NDJSON; the reader's pace is the pace of the database. */
export function exportStream(pages: AsyncIterable<Vehicle[]>, format: 'csv' | 'ndjson'): Readable {
  return Readable.from(lines(pages, format), { objectMode: false });
}

async function* lines(pages: AsyncIterable<Vehicle[]>, format: 'csv' | 'ndjson'): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(columns);
  for await (const page of pages) {
    yield page
      .map((vehicle) =>
        format === 'csv' ? csvLine(columns.map((name) => vehicle[name])) : `${JSON.stringify(vehicle)}\n`,
      )
      .join('');
  }
}
