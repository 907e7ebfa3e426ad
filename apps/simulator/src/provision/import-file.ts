import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@bulkhead/contract';
import type { Fleet } from '../fleet/build-fleet.ts';
import { SimulatorError } from '../simulator-error.ts';

const pieceBytes = 1024 * 1024;

/** RFC 4180; nothing the simulator writes needs quotes, and this would show if that changed. */
function line(...cells: readonly string[]): string {
  const odd = cells.find((cell) => /[",\r\n]/.test(cell));
  if (odd !== undefined) throw new Error(`"${odd}" cannot stand in a CSV file without quotes`);
  return `${cells.join(',')}\r\n`;
}

export function vehiclesCsv({ vehicles }: Fleet): string {
  const rows = vehicles.map(({ vin, model, region, plant, built }) => line(vin, model.code, region, plant, built));
  return [line('vin', 'model', 'region', 'plant', 'built'), ...rows].join('');
}

/** One row per ECU and program: an ECU with two programs stands there twice. */
export function ecusCsv({ vehicles }: Fleet): string {
  const rows = vehicles.flatMap(({ vin, ecus }) =>
    ecus.flatMap(({ serial, role, hardwareVersion, software }) =>
      software.map(({ name, planned }) =>
        line(vin, serial, role.id, role.partNumber, role.supplier, hardwareVersion, `${name}@${planned}`),
      ),
    ),
  );
  const header = line('vin', 'serial', 'role', 'partNumber', 'supplier', 'hardwareVersion', 'software');
  return [header, ...rows].join('');
}

/** Uploads a file in pieces, has it read, and waits. @throws SimulatorError `simulator.import-refused` when a row is refused */
export async function importFile(client: Client, kind: 'vehicles' | 'ecus', name: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const { id } = await client.createImport({ body: { kind, format: 'csv', name } });
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    const content = new Uint8Array(bytes.subarray(offset, offset + pieceBytes));
    await client.appendImport({ params: { id }, query: { offset }, content, contentType: 'text/csv' });
  }
  await client.startImport({ params: { id }, body: {} });
  for (;;) {
    const found = await client.getImport({ params: { id } });
    if (found.state === 'finished' && found.refused === 0) return;
    if (found.state === 'finished' || found.state === 'failed' || found.state === 'cancelled') {
      const { items } = await client.listImportErrors({ params: { id }, query: { limit: 1 } });
      const [first] = items;
      const why = first ? ` Row ${first.row}, ${first.column ?? 'as a whole'}: ${first.message}` : '';
      throw new SimulatorError(
        'simulator.import-refused',
        `The import of ${name} ${found.state} with ${found.refused} refused rows.${why}`,
      );
    }
    await sleep(100);
  }
}
