import { type Static, Type } from 'typebox';
import { Empty, Id, listOperation, Nullable, OneOf, operation, Time } from '../operation.ts';
import { HardwareId, Sha256, Sha512 } from '../updates/words.ts';
import { closed, ImageName, RoleName } from './words.ts';

export const imageStates = ['stored', 'published', 'superseded'] as const;

export const Image = Type.Object({
  id: Id,
  fileName: Type.String(),
  role: Type.String({ description: 'The role that lists it: targets, or a delegated role' }),
  sha256: Type.String(),
  sha512: Type.String(),
  length: Type.Integer(),
  state: OneOf(
    imageStates,
    'Stored: no signed file lists these bytes, so no vehicle gets them. Superseded: was listed before',
  ),
  dialects: Type.Array(Type.String(), { description: 'Wire forms in which it is listed now' }),
  hardwareIds: Type.Array(Type.String()),
  releaseCounter: Nullable(Type.Integer()),
  confidential: Type.Boolean({ description: 'Served encrypted for an ECU only' }),
  uploadedAt: Time,
  uploadedBy: Type.String(),
  publishedAt: Nullable(Time),
});
export type Image = Static<typeof Image>;

export const ImageUpload = Type.Object({
  id: Id,
  fileName: Type.String(),
  role: Type.String(),
  sha256: Type.String(),
  length: Type.Integer(),
  received: Type.Integer({ description: 'Bytes received so far; an interrupted upload goes on from here' }),
  createdAt: Time,
  createdBy: Type.String(),
});
export type ImageUpload = Static<typeof ImageUpload>;

const params = Type.Object({ id: Id });

export const imageOperations = {
  listImages: listOperation({
    path: '/images',
    summary: 'Images of the Image repository',
    permission: 'images.read',
    item: Image,
    defaultSort: '-uploadedAt',
    fields: {
      fileName: { type: 'string', label: 'File name' },
      role: { type: 'string', label: 'Role' },
      state: { type: 'enum', label: 'State', values: imageStates },
      sha256: { type: 'string', label: 'SHA-256' },
      length: { type: 'number', label: 'Bytes' },
      hardwareId: { type: 'string', label: 'Hardware', sortable: false },
      confidential: { type: 'boolean', label: 'Confidential' },
      uploadedAt: { type: 'time', label: 'Uploaded' },
    },
  }),
  getImage: operation({
    method: 'GET',
    path: '/images/:id',
    summary: 'One image',
    permission: 'images.read',
    problems: ['images.unknown-image'],
    params,
    ok: Image,
  }),
  deleteImage: operation({
    method: 'DELETE',
    path: '/images/:id',
    summary: 'Delete an image that no signed file lists',
    permission: 'images.manage',
    problems: ['images.unknown-image', 'images.in-use'],
    params,
    ok: Empty,
  }),
  listImageUploads: listOperation({
    path: '/image-uploads',
    summary: 'Uploads of images that are not complete',
    permission: 'images.read',
    item: ImageUpload,
    defaultSort: '-createdAt',
    fields: {
      fileName: { type: 'string', label: 'File name' },
      role: { type: 'string', label: 'Role' },
      createdAt: { type: 'time', label: 'Started' },
    },
  }),
  createImageUpload: operation({
    method: 'POST',
    path: '/image-uploads',
    summary: 'Open the upload of an image; its content follows in pieces',
    permission: 'images.upload',
    problems: [
      'images.not-authorised',
      'images.bad-name',
      'images.exists',
      'images.no-space',
      'images.too-large',
      'images.too-many-uploads',
    ],
    body: Type.Object(
      {
        fileName: ImageName,
        role: RoleName,
        hardwareIds: Type.Optional(Type.Array(HardwareId, { maxItems: 50 })),
        length: Type.Integer({ minimum: 1, maximum: 1_099_511_627_776 }),
        sha256: Sha256,
        sha512: Type.Optional(Sha512),
        confidential: Type.Optional(Type.Boolean({ description: 'Serve it encrypted for an ECU only' })),
      },
      closed,
    ),
    ok: ImageUpload,
  }),
  getImageUpload: operation({
    method: 'GET',
    path: '/image-uploads/:id',
    summary: 'One upload and how far it has come',
    permission: 'images.upload',
    problems: ['images.unknown-upload'],
    params,
    ok: ImageUpload,
  }),
  appendImageUpload: operation({
    method: 'PUT',
    path: '/image-uploads/:id/content',
    summary: 'Append a piece at a byte offset; an interrupted upload goes on from `received`',
    permission: 'images.upload',
    problems: ['images.unknown-upload', 'images.upload-offset', 'images.no-space', 'images.too-large'],
    params,
    query: Type.Object({ offset: Type.Integer({ minimum: 0 }) }, closed),
    ok: ImageUpload,
    raw: { request: ['application/octet-stream'] },
  }),
  completeImageUpload: operation({
    method: 'POST',
    path: '/image-uploads/:id/completion',
    summary: 'Verify length and hashes of what was sent and keep it as an image',
    permission: 'images.upload',
    problems: ['images.unknown-upload', 'images.incomplete', 'images.wrong-hash', 'images.not-authorised'],
    params,
    body: Empty,
    ok: Image,
  }),
  deleteImageUpload: operation({
    method: 'DELETE',
    path: '/image-uploads/:id',
    summary: 'Give an upload up',
    permission: 'images.upload',
    problems: ['images.unknown-upload'],
    params,
    ok: Empty,
  }),
};
