import { imageOperations } from './images/images.ts';
import { repositoryOperations } from './images/repository.ts';

export const imagesProblems = [
  'images.bad-metadata',
  'images.bad-name',
  'images.draft-exists',
  'images.exists',
  'images.in-use',
  'images.incomplete',
  'images.missing-image',
  'images.no-repository',
  'images.no-space',
  'images.not-authorised',
  'images.overlapping-delegations',
  'images.too-large',
  'images.too-many-uploads',
  'images.unknown-image',
  'images.unknown-metadata',
  'images.unknown-upload',
  'images.upload-offset',
  'images.wrong-hash',
] as const;
export type ImagesCode = (typeof imagesProblems)[number];

export const imagesOperations = { ...imageOperations, ...repositoryOperations };
