import type { Image, ListQuery, RepositoryStatus } from '@bulkhead/contract';
import { type DialectName, dialectOf } from '@bulkhead/uptane';
import { inTransaction } from '../../platform/db/database.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { ImagesError, unknownImage } from './domain/error.ts';
import { createDrafts } from './drafts.ts';
import { createEncryptedImages } from './encrypted-images.ts';
import { createEncryptedStore } from './encrypted-store.ts';
import { createImageViews } from './image-views.ts';
import { createKeeper, removeUnneeded } from './keeper.ts';
import { createMetadataViews } from './metadata-views.ts';
import { createOnlineKeys, type OnlineRole } from './online-keys.ts';
import { createPublishing } from './publish.ts';
import { createServing } from './serving.ts';
import { describeRepository } from './status.ts';
import { createUploadStore } from './upload-store.ts';
import { createUploads } from './uploads.ts';

/** The Image repository: bytes, the metadata that people and suppliers sign offline, and what vehicles read of both. */
export function createImages(deps: ImagesDeps) {
  const { db } = deps;
  const serving = createServing(deps);
  const onlineKeys = createOnlineKeys(deps);
  const drafts = createDrafts(deps, onlineKeys);
  const publishing = createPublishing(deps, onlineKeys, serving.forget);
  const views = createImageViews(db);
  return Object.freeze({
    images: Object.freeze({
      list: (query: ListQuery) => views.list(query),
      get: async (id: string): Promise<Image> => {
        const found = await views.byId(id);
        if (!found) throw unknownImage(id);
        return found;
      },
      remove: (id: string, by: Actor) => removeImage(deps, id, by),
    }),
    uploads: createUploads(deps),
    repository: Object.freeze({
      status: (): Promise<RepositoryStatus> => describeRepository(deps, onlineKeys),
      onlineKey: (role: OnlineRole, by: Actor) => onlineKeys.keyFile(role, by),
      renewOnlineKey: (role: OnlineRole, by: Actor) => onlineKeys.renew(role, by),
      createRoot: drafts.createRoot,
      createTargets: drafts.createTargets,
      upload: drafts.upload,
      discard: drafts.discard,
      download: (dialect: DialectName, role: string, which: WhichFile) => downloadFile(deps, dialect, role, which),
      publish: publishing.publish,
    }),
    keeper: createKeeper(deps, publishing),
    serving,
    /** Whether vehicles can read a repository, in whatever wire form. */
    isOpen: async (): Promise<boolean> => (await createMetadataViews(db).repositories()).length > 0,
    /** Bytes by their SHA-256, whatever they are called. */
    byDigest: (sha256: string) => views.byDigest(sha256),
    /** An image as signed files list it now. */
    imageNamed: (dialect: DialectName, fileName: string) => views.named(dialect, fileName),
    encryptFor: createEncryptedImages(deps).encryptFor,
  });
}
export type Images = ReturnType<typeof createImages>;

interface WhichFile {
  readonly version?: number | undefined;
  readonly draft: boolean;
}

async function downloadFile({ db }: ImagesDeps, dialect: DialectName, role: string, { version, draft }: WhichFile) {
  const views = createMetadataViews(db);
  const found = draft ? await views.draft(dialect, role) : await views.publishedFile(dialect, role, version);
  if (!found) {
    const what = draft ? 'draft of' : 'published file of';
    throw new ImagesError('images.unknown-metadata', `There is no ${what} ${role} in wire form ${dialect}.`);
  }
  return { bytes: found.bytes, fileName: dialectOf(dialect).path(role, found.version).replace('/', '-') };
}

/** What is listed stays. Of what was listed before only a client with older metadata could still ask. */
async function removeImage(deps: ImagesDeps, id: string, by: Actor): Promise<void> {
  const { db, bind, clock, announce, blobs } = deps;
  const sha256 = await inTransaction(db, async (tx) => {
    const store = createUploadStore(tx);
    const row = await store.holdImage(id);
    const image = row && (await createImageViews(tx).byId(id));
    if (!row || !image) throw unknownImage(id);
    if (image.state === 'published')
      throw new ImagesError('images.in-use', `${image.fileName} is listed: sign and publish a file without it first.`);
    await store.deleteImage(id);
    if ((await createImageViews(tx).uses(row.sha256)) === 0) await createEncryptedStore(tx).delete(row.sha256);
    const details = { sha256: image.sha256, length: image.length };
    await bind(tx).audit.append({ action: 'images.delete', subject: image.fileName, by, details, at: clock.now() });
    await announce?.(tx, 'images');
    return image.sha256;
  });
  // the row is gone for good before the bytes are; an encrypted copy is left to the sweep
  await removeUnneeded(db, blobs, sha256);
}
