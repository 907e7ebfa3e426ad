import type { ImagesCode } from '@bulkhead/contract';
import { Problem } from '@bulkhead/kernel';
import { UptaneError } from '@bulkhead/uptane';

export class ImagesError extends Problem<ImagesCode> {}

export const unknownImage = (id: string) =>
  new ImagesError('images.unknown-image', `There is no image ${id}: check the id.`);
export const unknownUpload = (id: string) =>
  new ImagesError('images.unknown-upload', `There is no upload ${id}: it is complete, was given up, or never begun.`);
export const badMetadata = (detail: string, cause?: unknown) =>
  new ImagesError('images.bad-metadata', detail, { cause });
export const notAuthorised = (detail: string) => new ImagesError('images.not-authorised', detail);

export const noRepository = (detail: string) =>
  new ImagesError(
    'images.no-repository',
    `${detail} Begin with the first ceremony: bulkhead repository root -f plan.json, then bulkhead root sign by its people.`,
  );

/** What the protocol package refuses, in the codes of this module. */
export function refused<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UptaneError)) throw error;
    const code = error.code === 'uptane.not-authorised' ? 'images.not-authorised' : 'images.bad-metadata';
    throw new ImagesError(code, `${what}: ${error.message}`, { cause: error });
  }
}
