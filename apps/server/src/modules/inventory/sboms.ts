import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Sbom as SbomView } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { readSbom, SbomError } from '@bulkhead/sbom';
import { inTransaction } from '../../platform/db/database.ts';
import { type Actor, type InventoryDeps, inventoryEvent } from './deps.ts';
import { InventoryError, unknownSbom, unknownSoftware } from './domain/error.ts';
import { type SbomRows, sbomRows } from './domain/sbom-rows.ts';
import { createSbomStore, type NewSbom } from './sbom-store.ts';
import { createSbomViews } from './sbom-views.ts';
import { createSoftwareViews } from './software-views.ts';

const maxBytes = 64 * 1024 * 1024;
const pack = promisify(gzip);
const unpack = promisify(gunzip);

export const createSboms = ({ db, clock, bind, notify }: InventoryDeps) => ({
  list: createSbomViews(db).list,
  listComponents: createSbomViews(db).listComponents,

  get: async (id: string) => {
    const sbom = await createSbomViews(db).byId(id);
    if (!sbom) throw unknownSbom(id);
    return sbom;
  },

  document: async (id: string) => {
    const row = await createSbomViews(db).document(id);
    if (!row) throw unknownSbom(id);
    return {
      bytes: await unpack(row.document, { maxOutputLength: maxBytes }),
      name: `${row.software}.${row.format}.json`,
    };
  },

  /** The same file again changes nothing; another one replaces the SBOM and its components. */
  upload: async (softwareId: string, content: Readable, by: Actor): Promise<SbomView> => {
    if (!(await createSoftwareViews(db).byId(softwareId))) throw unknownSoftware(softwareId);
    const bytes = await readBounded(content);
    const sha256 = createHash('sha256').update(bytes).digest();
    const same = await createSbomViews(db).bySoftware(softwareId);
    if (same?.sha256 === sha256.toString('hex')) return same;
    const { row, rows } = await prepare(bytes);
    return inTransaction(db, async (tx) => {
      const store = createSbomStore(tx);
      const software = await store.hold(softwareId);
      if (!software) throw unknownSoftware(softwareId);
      const now = clock.now();
      const id = newId();
      await store.remove(softwareId);
      await store.insert({
        ...row,
        id,
        sha256,
        software_id: softwareId,
        software: software.name,
        uploaded_at: now,
        uploaded_by: by.name,
      });
      await store.insertComponents(id, rows.components.map(withKey));
      await store.insertDependencies(id, rows.dependencies);
      const { audit, outbox } = bind(tx);
      const details = {
        sha256: sha256.toString('hex'),
        components: rows.components.length,
        replaced: same?.sha256 ?? null,
      };
      await audit.append({ action: 'inventory.upload-sbom', subject: softwareId, by, details, at: now });
      await outbox.publishAll([
        inventoryEvent('inventory.sbom-stored', {
          sbomId: id,
          softwareId,
          components: rows.components.length,
        }),
      ]);
      await notify?.(tx, 'sboms');
      const stored = await createSbomViews(tx).byId(id);
      if (!stored) throw unknownSbom(id);
      return stored;
    });
  },
});

type Prepared = Omit<NewSbom, 'id' | 'software_id' | 'software' | 'sha256' | 'uploaded_at' | 'uploaded_by'>;

/** All the work that needs no database happens before the transaction opens. */
async function prepare(bytes: Buffer): Promise<{ row: Prepared; rows: SbomRows }> {
  const sbom = read(bytes);
  const rows = sbomRows(sbom);
  const row: Prepared = {
    format: sbom.format === 'SPDX' ? 'spdx' : 'cyclonedx',
    spec_version: sbom.specVersion,
    component_count: rows.components.length,
    unidentified: rows.unidentified,
    warnings: sbom.warnings.map(({ path, message }) => (path === '$' ? message : `${path}: ${message}`)),
    size: bytes.length,
    document: await pack(bytes),
    subject: sbom.subject ? JSON.stringify(sbom.subject) : null,
  };
  return { row, rows };
}

function read(bytes: Buffer) {
  try {
    return readSbom(bytes);
  } catch (cause) {
    if (!(cause instanceof SbomError)) throw cause;
    throw new InventoryError('inventory.bad-sbom', `The document cannot be taken: ${cause.message}`, {
      cause,
      fields: { path: cause.path },
    });
  }
}

const withKey = (component: SbomRows['components'][number]) => ({
  ...component,
  id: newId(),
  key: createHash('sha256').update(component.identity).digest('hex'),
});

async function readBounded(content: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes)
      throw new InventoryError('inventory.bad-sbom', 'An SBOM has at most 64 MiB: split it by software.');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
