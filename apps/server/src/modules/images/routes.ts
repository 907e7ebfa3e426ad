import type { ImagesCode, imageOperations, imagesOperations, repositoryOperations } from '@bulkhead/contract';
import { publishCaps } from '@bulkhead/uptane';
import type { Actor as Caller, Handlers, ProblemTable } from '../../platform/http/handlers.ts';
import type { Images } from './create-images.ts';
import type { Actor } from './deps.ts';
import { badMetadata } from './domain/error.ts';

export const imagesProblemTable = Object.freeze({
  'images.bad-metadata': [422, 'The file cannot be used'],
  'images.bad-name': [422, 'The name cannot be used'],
  'images.draft-exists': [409, 'A draft is being signed'],
  'images.exists': [409, 'The image is held already'],
  'images.in-use': [409, 'The image is in use'],
  'images.incomplete': [409, 'Something is missing'],
  'images.missing-image': [422, 'An image that is listed is not held'],
  'images.no-repository': [409, 'There is no Image repository yet'],
  'images.no-space': [507, 'There is not enough space'],
  'images.not-authorised': [403, 'Not authorised by the delegations'],
  'images.overlapping-delegations': [422, 'Delegations overlap'],
  'images.too-large': [413, 'Too many bytes'],
  'images.too-many-uploads': [429, 'Too many open uploads'],
  'images.unknown-image': [404, 'Unknown image'],
  'images.unknown-metadata': [404, 'There is no such file'],
  'images.unknown-upload': [404, 'Unknown upload'],
  'images.upload-offset': [409, 'The upload stands at another byte'],
  'images.wrong-hash': [422, 'Other bytes than announced'],
}) satisfies ProblemTable<ImagesCode>;

/** The audit knows no anonymous actor: no operation of this module is public. */
const actorOf = ({ kind, id, name }: Caller): Actor => ({ kind: kind === 'token' ? 'token' : 'operator', id, name });

export const imagesRoutes = (use: Images): Handlers<typeof imagesOperations> => ({
  ...imageRoutes(use),
  ...repositoryRoutes(use),
});

const imageRoutes = ({ images, uploads }: Images): Handlers<typeof imageOperations> => ({
  listImages: ({ query }) => images.list(query),
  getImage: ({ params }) => images.get(params.id),
  deleteImage: async ({ params }, { actor }) => {
    await images.remove(params.id, actorOf(actor));
    return {};
  },
  listImageUploads: ({ query }) => uploads.list(query),
  createImageUpload: ({ body }, { actor }) => uploads.create(body, actorOf(actor)),
  getImageUpload: ({ params }) => uploads.get(params.id),
  appendImageUpload: ({ params, query }, { content }) => uploads.append(params.id, query.offset, content),
  completeImageUpload: ({ params }, { actor }) => uploads.complete(params.id, actorOf(actor)),
  deleteImageUpload: async ({ params }, { actor }) => {
    await uploads.remove(params.id, actorOf(actor));
    return {};
  },
});

const repositoryRoutes = ({ repository }: Images): Handlers<typeof repositoryOperations> => ({
  getRepository: () => repository.status(),
  getOnlineKey: ({ params }, { actor }) => repository.onlineKey(params.role, actorOf(actor)),
  renewOnlineKey: ({ params }, { actor }) => repository.renewOnlineKey(params.role, actorOf(actor)),
  createRootDraft: async ({ body }, { actor }) => ({ drafts: await repository.createRoot(body, actorOf(actor)) }),
  createTargetsDraft: async ({ body }, { actor }) => ({ drafts: await repository.createTargets(body, actorOf(actor)) }),
  uploadMetadata: async ({ params }, { actor, content }) =>
    repository.upload(params.role, await readBounded(content), actorOf(actor)),
  downloadMetadata: async ({ params, query: { dialect = 'a', version, draft = false } }) => {
    const { bytes, fileName } = await repository.download(dialect, params.role, { version, draft });
    return { contentType: 'application/json', body: bytes, fileName };
  },
  discardDraft: async ({ params }, { actor }) => {
    await repository.discard(params.dialect, params.role, actorOf(actor));
    return {};
  },
  publishRepository: ({ body }, { actor }) => repository.publish(body.dialect, body.dryRun === true, actorOf(actor)),
});

/** No more than clients would take, and not a byte beyond. */
async function readBounded(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > publishCaps.imageTargets)
      throw badMetadata(`A metadata file has at most ${publishCaps.imageTargets} bytes, which is what clients take.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
