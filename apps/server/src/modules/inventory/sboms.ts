import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Sbom as SbomView } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { contentKind } from '@bulkhead/sbom';
import { inTransaction } from '../../platform/db/database.ts';
import { type Actor, type InventoryDeps, inventoryEvent } from './deps.ts';
import { InventoryError, unknownSbom, unknownSoftware } from './domain/error.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { createSbomStore } from './sbom-store.ts';
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
    const bytes = await unpack(row.document, { maxOutputLength: maxBytes });
    const { mediaType, extension } = contentKind(bytes);
    return { bytes, mediaType, name: `${row.software}.${row.format}.${extension}` };
  },

  /** The same file again changes nothing; another one replaces the SBOM and its components. */
  upload: async (softwareId: string, content: Readable, by: Actor): Promise<SbomView> => {
    if (!(await createSoftwareViews(db).byId(softwareId))) throw unknownSoftware(softwareId);
    const bytes = await readBounded(content);
    const sha256 = createHash('sha256').update(bytes).digest();
    const same = await createSbomViews(db).bySoftware(softwareId);
    if (same?.sha256 === sha256.toString('hex')) return same;
    const [{ row, components, dependencies }, document] = await Promise.all([readSbomDocument(bytes), pack(bytes)]);
    return inTransaction(db, async (tx) => {
      const store = createSbomStore(tx);
      const software = await store.hold(softwareId);
      if (!software) throw unknownSoftware(softwareId);
      const now = clock.now();
      const id = newId();
      await store.remove(softwareId);
      await store.insert({
        ...row,
        document,
        id,
        sha256,
        software_id: softwareId,
        software: software.name,
        uploaded_at: now,
        uploaded_by: by.name,
      });
      await store.insertComponents(id, components);
      await store.insertDependencies(id, dependencies);
      const { audit, outbox } = bind(tx);
      const details = {
        sha256: sha256.toString('hex'),
        components: components.length,
        replaced: same?.sha256 ?? null,
      };
      await audit.append({ action: 'inventory.upload-sbom', subject: softwareId, by, details, at: now });
      await outbox.publishAll([
        inventoryEvent('inventory.sbom-stored', {
          sbomId: id,
          softwareId,
          components: components.length,
        }),
      ]);
      await notify?.(tx, 'sboms');
      const stored = await createSbomViews(tx).byId(id);
      if (!stored) throw unknownSbom(id);
      return stored;
    });
  },
});

export async function readBounded(content: Readable): Promise<Buffer> {
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
