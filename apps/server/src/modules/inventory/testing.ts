import { Readable } from 'node:stream';
import type { Architecture } from '@bulkhead/contract';
import { type Clock, manualClock, newId, vinCheckDigit } from '@bulkhead/kernel';
import { createAudit } from '../../platform/audit/audit.ts';
import type { Db } from '../../platform/db/database.ts';
import { createOutbox } from '../../platform/outbox/outbox.ts';
import type { Actor, ChangedList } from './deps.ts';
import type { ImportControl } from './import-job.ts';
import { createInventory } from './inventory.ts';

export const tester: Actor = Object.freeze({
  kind: 'operator',
  id: '0198a000-0000-7000-8000-000000000001',
  name: 'Test',
});

/** A VIN of the pattern that the demo fleet uses; the last digits count. */
export function vinOf(number: number): string {
  const vin = `1BHDEMO00T0${String(number).padStart(6, '0')}`.replaceAll('O', '0');
  return `${vin.slice(0, 8)}${vinCheckDigit(vin)}${vin.slice(9)}`;
}

/** Four roles: an open telematics unit, the gateway behind it, two closed ECUs. */
export const architecture: Architecture = {
  zones: [
    { id: 'outer', name: 'Outer', trust: 'untrusted' },
    { id: 'drive', name: 'Drive', trust: 'trusted' },
  ],
  buses: [
    { id: 'backbone', name: 'Backbone', kind: 'ethernet', zone: 'outer' },
    { id: 'chassis', name: 'Chassis CAN', kind: 'can-fd', zone: 'drive' },
  ],
  roles: [
    {
      id: 'tcu',
      name: 'Telematics',
      function: 'telematics',
      zone: 'outer',
      buses: ['backbone'],
      patchable: true,
      interfaces: ['cellular'],
    },
    {
      id: 'gateway',
      name: 'Central gateway',
      function: 'gateway',
      buses: ['backbone', 'chassis'],
      gateway: true,
      patchable: true,
      interfaces: [],
    },
    {
      id: 'brake',
      name: 'Brake control',
      function: 'brake',
      zone: 'drive',
      buses: ['chassis'],
      patchable: false,
      interfaces: [],
    },
    {
      id: 'steering',
      name: 'Steering',
      function: 'steering',
      zone: 'drive',
      buses: ['chassis'],
      patchable: true,
      interfaces: [],
    },
  ],
};

export const ecusOf = (number: number) =>
  ['tcu', 'gateway', 'brake', 'steering'].map((role) => ({
    serial: `${role.toUpperCase()}-${number}`,
    role,
    partNumber: `PN-${role}`,
    supplier: role === 'brake' ? 'Stopwell' : 'Wired',
  }));

/** The module on a test database; jobs are remembered in `started` and run by `runImport`. */
export function testInventory(
  db: Db,
  clock: Clock & { advance(ms: number): void } = manualClock('2026-11-20T10:00:00Z'),
) {
  const notices: ChangedList[] = [];
  const started: string[] = [];
  const inventory = createInventory({
    db,
    clock,
    bind: (tx) => ({ audit: createAudit(tx), outbox: createOutbox(tx) }),
    notify: async (_tx, what) => void notices.push(what),
    startImport: async (_tx, { importId }) => {
      started.push(importId);
      return newId();
    },
  });
  const upload = async (kind: 'vehicles' | 'ecus' | 'software', text: string, format: 'csv' | 'ndjson' = 'csv') => {
    const { id } = await inventory.imports.create({ kind, format, name: `${kind}.${format}` }, tester);
    await inventory.imports.append(id, 0, Readable.from([Buffer.from(text)]));
    await inventory.imports.start(id, tester);
    return id;
  };
  const run = (importId: string, control: ImportControl = idleControl()) =>
    inventory.importJob({
      ...control,
      id: newId(),
      input: { importId },
      by: tester,
      resumeFrom: null,
      checkpoint: async () => {},
    });
  const importAll = async (kind: 'vehicles' | 'ecus' | 'software', text: string, format: 'csv' | 'ndjson' = 'csv') => {
    const id = await upload(kind, text, format);
    await run(id);
    return { ...(await inventory.imports.get(id)), errors: (await inventory.imports.errors(id, {})).items };
  };
  return { inventory, clock, notices, started, upload, run, importAll };
}

export function idleControl(): ImportControl {
  const actor: Actor = { kind: 'job', id: 'test-job', name: 'Test import' };
  return { actor, signal: new AbortController().signal, progress: () => {}, cancelled: () => false };
}

/** Actions of the audit log in the order they were written. */
export async function auditedActions(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('platform_audit_entry').select('action').orderBy('id').execute();
  return rows.map(({ action }) => action);
}

export async function publishedEvents(db: Db): Promise<{ type: string; payload: Record<string, unknown> }[]> {
  const rows = await db.selectFrom('platform_outbox').select(['type', 'payload']).orderBy('id').execute();
  return rows as { type: string; payload: Record<string, unknown> }[];
}
