import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Sbom as SbomView } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { contentKind, gateFault } from '@bulkhead/sbom';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { proposeAliases } from './aliases.ts';
import { createComponentViews } from './component-views.ts';
import { type Actor, type InventoryDeps, inventoryEvent } from './deps.ts';
import { InventoryError, unknownSbom, unknownSoftware } from './domain/error.ts';
import { createGateViews } from './gate-views.ts';
import { createLicenceStore } from './licence-store.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { maxSbomBytes, readUpload } from './read-upload.ts';
import type { SbomDocument } from './sbom-document.ts';
import { createSbomDocumentStore } from './sbom-document-store.ts';
import { createSbomStore } from './sbom-store.ts';
import { createSbomViews } from './sbom-views.ts';
import { createSoftwareViews } from './software-views.ts';
import { createStatementViews } from './statement-views.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export const createSboms = (deps: InventoryDeps) => {
  const { db } = deps;
  return {
    list: createSbomViews(db).list,
    listComponents: createComponentViews(db).list,
    listStatements: createStatementViews(db).list,
    get: (id: string) => require(db, id),
    document: (id: string) => readStored(db, id),
    upload: (softwareId: string, content: Readable, by: Actor) => upload(deps, softwareId, content, by),
    accept: (id: string, reason: string, by: Actor) => accept(deps, id, reason, by),

    /** Statements embedded in an SBOM in use, in pages by id; `after` is the last id of the page before. */
    embeddedStatements: (sbomId: string, page: { readonly after?: string; readonly limit?: number } = {}) =>
      createStatementViews(db).ofSbom(sbomId, page),
  };
};

async function require(db: Db, id: string): Promise<SbomView> {
  const sbom = await createSbomViews(db).byId(id);
  if (!sbom) throw unknownSbom(id);
  return sbom;
}

async function readStored(db: Db, id: string) {
  const row = await createSbomViews(db).document(id);
  if (!row) throw unknownSbom(id);
  const bytes = await unpack(row.document, { maxOutputLength: maxSbomBytes });
  const { mediaType, extension } = contentKind(bytes);
  return { bytes, mediaType, name: `${row.software}.${row.format}.${extension}` };
}

/** The same file again changes nothing; another one replaces the SBOM and its components. */
async function upload(deps: InventoryDeps, softwareId: string, content: Readable, by: Actor): Promise<SbomView> {
  const { db, clock, notify } = deps;
  if (!(await createSoftwareViews(db).byId(softwareId))) throw unknownSoftware(softwareId);
  const bytes = await readUpload(content);
  const sha256 = createHash('sha256').update(bytes).digest();
  const known = await createSbomViews(db).ofSoftware(softwareId);
  const same = known.find((sbom) => sbom.sha256 === sha256.toString('hex') && sbom.score !== null);
  if (same) return same;
  const [document, packed] = await Promise.all([readSbomDocument(bytes), pack(bytes)]);
  return inTransaction(db, async (tx) => {
    const software = await createSbomStore(tx).hold(softwareId);
    if (!software) throw unknownSoftware(softwareId);
    const gate = await createGateViews(tx).gateOf(software.supplier);
    const fault = gate && gateFault(document.quality, gate);
    const now = clock.now();
    const row = {
      ...document.row,
      id: newId(),
      sha256,
      software_id: softwareId,
      software: software.name,
      supplier: software.supplier,
      state: fault === undefined ? ('accepted' as const) : ('rejected' as const),
      state_reason: fault ?? null,
      quality_score: document.quality.score,
      quality: JSON.stringify(document.quality.rules),
      uploaded_at: now,
      uploaded_by: by.name,
    };
    const documents = createSbomDocumentStore(tx);
    await documents.hold([sha256, ...(await createSbomViews(tx).hashesOf(softwareId))]);
    // what is below the gate replaces only what was: the SBOM in use stays in use
    const dropped = await createSbomStore(tx).remove(
      softwareId,
      fault === undefined ? ['accepted', 'rejected'] : ['rejected'],
    );
    await documents.keep(sha256, packed);
    await createSbomStore(tx).insert(row);
    await documents.dropUnused(dropped);
    if (fault === undefined) await takeIntoUse(deps, tx, row.id, softwareId, document);
    const { audit, outbox } = deps.bind(tx);
    const replaced = known.find(({ state }) => state === row.state)?.sha256 ?? null;
    const { score } = document.quality;
    const counts = { components: document.components.length, statements: document.statements.length };
    const details = {
      sha256: sha256.toString('hex'),
      ...counts,
      replaced,
      state: row.state,
      score,
      reason: fault ?? null,
    };
    await audit.append({ action: 'inventory.upload-sbom', subject: softwareId, by, details, at: now });
    if (fault !== undefined) {
      const { name, version, supplier } = software;
      const payload = { sbomId: row.id, softwareId, software: name, version, supplier, score, reason: fault };
      await outbox.publishAll([inventoryEvent('inventory.sbom-rejected', payload)]);
    }
    await notify?.(tx, 'sboms');
    return require(tx, row.id);
  });
}

/** Stores what is in the document and tells those who match it. */
async function takeIntoUse(deps: InventoryDeps, tx: Db, sbomId: string, softwareId: string, document: SbomDocument) {
  const store = createSbomStore(tx);
  await store.insertComponents(sbomId, document.components);
  await store.insertDependencies(sbomId, document.dependencies);
  await store.insertStatements(sbomId, document.statements);
  await createLicenceStore(tx).know(document.components.flatMap(({ licences }) => licences));
  await proposeAliases(tx, sbomId, deps.clock.now());
  const { length: components } = document.components;
  const payload = { sbomId, softwareId, components, statements: document.statements.length };
  await deps.bind(tx).outbox.publishAll([inventoryEvent('inventory.sbom-stored', payload)]);
}

/** Takes an SBOM below the gate into use, on somebody's word; it is read anew, since only the document was kept. */
async function accept(deps: InventoryDeps, id: string, reason: string, by: Actor): Promise<SbomView> {
  const { db, clock, notify } = deps;
  const sbom = await require(db, id);
  if (sbom.state !== 'rejected') throw inUse(id);
  const { bytes } = await readStored(db, id);
  const document = await readSbomDocument(bytes);
  return inTransaction(db, async (tx) => {
    const store = createSbomStore(tx);
    await store.hold(sbom.softwareId);
    if ((await require(tx, id)).state !== 'rejected') throw inUse(id);
    const documents = createSbomDocumentStore(tx);
    await documents.hold(await createSbomViews(tx).hashesOf(sbom.softwareId));
    const dropped = await store.remove(sbom.softwareId, ['accepted'], id);
    const now = clock.now();
    await store.accept(id, by.name, reason, now);
    await documents.dropUnused(dropped);
    await takeIntoUse(deps, tx, id, sbom.softwareId, document);
    const details = { sbom: id, sha256: sbom.sha256, reason, score: sbom.score, gate: sbom.stateReason };
    await deps
      .bind(tx)
      .audit.append({ action: 'inventory.accept-sbom', subject: sbom.softwareId, by, details, at: now });
    await notify?.(tx, 'sboms');
    return require(tx, id);
  });
}

const inUse = (id: string) =>
  new InventoryError('inventory.sbom-in-use', `The SBOM ${id} is in use already: there is nothing to accept.`);
