import type { Readable } from 'node:stream';
import type { Image, ImageUpload } from '@bulkhead/contract';
import { newId } from '@bulkhead/kernel';
import { roleNameFault, targetNameFault } from '@bulkhead/uptane';
import { BlobError } from '../../platform/blobs/error.ts';
import { pieces } from '../../platform/blobs/pieces.ts';
import { type Db, inTransaction } from '../../platform/db/database.ts';
import { readCollections } from './collections.ts';
import type { Actor, ImagesDeps } from './deps.ts';
import { requireAuthorised } from './domain/check-targets.ts';
import { ImagesError, noRepository, unknownUpload } from './domain/error.ts';
import { createImageViews } from './image-views.ts';
import { createUploadStore } from './upload-store.ts';
import { createUploadViews } from './upload-views.ts';

export interface UploadInput {
  readonly fileName: string;
  readonly role: string;
  readonly hardwareIds?: readonly string[] | undefined;
  readonly length: number;
  readonly sha256: string;
  readonly sha512?: string | undefined;
  readonly confidential?: boolean | undefined;
}

const pieceBytes = 1024 * 1024;
const mostOpen = 20;
const defaultMaxBytes = 64 * 1024 ** 3;

/** Bytes of images on their way in: announced, sent in pieces at offsets, verified, kept. */
export const createUploads = (deps: ImagesDeps) => {
  const { db, clock, blobs, bind, announce, maxImageBytes = defaultMaxBytes } = deps;
  return Object.freeze({
    list: createUploadViews(db).list,
    get: (id: string) => require(db, id),

    create: async (input: UploadInput, by: Actor): Promise<ImageUpload> => {
      if (input.length > maxImageBytes)
        throw new ImagesError('images.too-large', `An image has at most ${maxImageBytes} bytes.`);
      await requireRight(db, input);
      return inSpace(() => create(deps, input, by));
    },

    /** Takes bytes at an offset, a MiB at a time; what has arrived stays when the connection breaks. */
    append: async (id: string, offset: number, content: Readable): Promise<ImageUpload> => {
      checkOffset(await require(db, id), offset);
      let at = offset;
      for await (const piece of pieces(content, pieceBytes)) {
        const start = at;
        await inSpace(() => appendPiece(deps, id, start, piece));
        at += piece.length;
      }
      return require(db, id);
    },

    /** Both hashes are taken from the disk in one pass before the row is touched: it may take minutes. */
    complete: async (id: string, by: Actor): Promise<Image> => {
      const upload = await createUploadViews(db).row(id);
      if (!upload) throw unknownUpload(id);
      const [received, length] = [Number(upload.received), Number(upload.length)];
      if (received !== length)
        throw new ImagesError('images.incomplete', `${received} of ${length} bytes have arrived: send the rest first.`);
      await requireRight(db, { fileName: upload.file_name, role: upload.role, hardwareIds: upload.hardware_ids });
      const expected = {
        sha256: upload.sha256.toString('hex'),
        sha512: upload.sha512?.toString('hex'),
        length,
      };
      const found = await inSpace(() => blobs.verify(id, expected));
      return inTransaction(db, async (tx) => {
        const store = createUploadStore(tx);
        await store.takeBlobs();
        const row = await store.hold(id);
        if (!row) throw unknownUpload(id);
        await blobs.adopt(id, found);
        const image = {
          id: newId(clock.now().getTime()),
          file_name: row.file_name,
          role: row.role,
          hardware_ids: row.hardware_ids,
          sha256: row.sha256,
          sha512: Buffer.from(found.sha512, 'hex'),
          length,
          confidential: row.confidential,
          uploaded_at: clock.now(),
          uploaded_by: row.created_by,
          uploaded_by_name: row.created_by_name,
        };
        await store.insertImage(image);
        await store.delete(id);
        const details = { sha256: found.sha256, sha512: found.sha512, length, role: row.role };
        const at = clock.now();
        await bind(tx).audit.append({ action: 'images.store', subject: row.file_name, by, details, at });
        await announce?.(tx, 'images');
        return (await createImageViews(tx).byId(image.id)) as Image;
      });
    },

    remove: (id: string, by: Actor): Promise<void> =>
      inTransaction(db, async (tx) => {
        const row = await createUploadStore(tx).hold(id);
        if (!row) throw unknownUpload(id);
        await dropUpload(deps, tx, row, by);
      }),
  });
};

/** Ends an upload that will not be completed. */
export async function dropUpload(
  { bind, blobs, clock, announce }: ImagesDeps,
  tx: Db,
  { id, file_name }: { readonly id: string; readonly file_name: string },
  by: Actor,
): Promise<void> {
  await createUploadStore(tx).delete(id);
  await bind(tx).audit.append({
    action: 'images.drop-upload',
    subject: file_name,
    by,
    details: { id },
    at: clock.now(),
  });
  await announce?.(tx, 'images');
  await blobs.removeDraft(id);
}

function create(deps: ImagesDeps, input: UploadInput, by: Actor): Promise<ImageUpload> {
  const { db, clock, blobs, bind, announce } = deps;
  return inTransaction(db, async (tx) => {
    const views = createUploadViews(tx);
    if ((await views.countOpen(by.id)) >= mostOpen)
      throw new ImagesError('images.too-many-uploads', `You have ${mostOpen} uploads open: complete or delete some.`);
    if (await createImageViews(tx).exists(input.fileName, input.sha256))
      throw new ImagesError(
        'images.exists',
        `${input.fileName} with these bytes is held already: nothing is to be sent.`,
      );
    await blobs.requireSpace(input.length + (await views.outstanding()));
    const now = clock.now();
    const id = newId(now.getTime());
    const { fileName, role, hardwareIds = [], length, confidential = false } = input;
    await createUploadStore(tx).insert({
      id,
      file_name: fileName,
      role,
      hardware_ids: [...hardwareIds],
      sha256: Buffer.from(input.sha256, 'hex'),
      sha512: input.sha512 ? Buffer.from(input.sha512, 'hex') : null,
      length,
      confidential,
      created_at: now,
      touched_at: now,
      created_by: by.id,
      created_by_name: by.name,
    });
    const details = { id, sha256: input.sha256, length, role, confidential };
    await bind(tx).audit.append({ action: 'images.announce', subject: fileName, by, details, at: now });
    await announce?.(tx, 'images');
    await blobs.createDraft(id);
    return require(tx, id);
  });
}

/** The row is held while the file is written, so that two senders, on whatever replica, never write at one place. */
function appendPiece({ db, clock, blobs }: ImagesDeps, id: string, start: number, piece: Buffer): Promise<void> {
  return inTransaction(db, async (tx) => {
    const store = createUploadStore(tx);
    const row = await store.hold(id);
    if (!row) throw unknownUpload(id);
    checkOffset({ received: Number(row.received) }, start);
    if (start + piece.length > Number(row.length))
      throw new ImagesError('images.too-large', `${row.length} bytes were announced, and more are coming: begin anew.`);
    await blobs.write(id, start, piece);
    await store.advance(id, start + piece.length, clock.now());
  });
}

/** Requirement S14, before a single byte is taken: who may not list this image need not send it. */
async function requireRight(
  db: Db,
  { fileName, role, hardwareIds = [] }: Pick<UploadInput, 'fileName' | 'role' | 'hardwareIds'>,
): Promise<void> {
  const fault = targetNameFault(fileName) ?? (role === 'targets' ? undefined : roleNameFault(role));
  if (fault) throw new ImagesError('images.bad-name', `The image cannot be stored: ${fault}.`);
  const collections = await readCollections(db);
  if (collections.length === 0) throw noRepository('There is no Image repository yet.');
  const refusals = collections.flatMap(({ targets }) => {
    try {
      requireAuthorised({ filename: fileName, hardwareIds, role }, targets);
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (refusals.length === collections.length) throw refusals[0];
}

async function require(db: Db, id: string): Promise<ImageUpload> {
  const found = await createUploadViews(db).byId(id);
  if (!found) throw unknownUpload(id);
  return found;
}

function checkOffset({ received }: Pick<ImageUpload, 'received'>, offset: number): void {
  if (offset === received) return;
  throw new ImagesError(
    'images.upload-offset',
    `The upload stands at byte ${received}, not ${offset}: go on from there.`,
    {
      fields: { offset: `must be ${received}` },
    },
  );
}

/** What the disk refuses, in the codes of this module. */
async function inSpace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    const codes = {
      'blobs.no-space': 'images.no-space',
      'blobs.wrong-hash': 'images.wrong-hash',
      'blobs.missing': 'images.unknown-upload',
    } as const;
    throw new ImagesError(codes[error.code], error.message, { cause: error });
  }
}
