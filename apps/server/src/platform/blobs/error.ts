import { Problem } from '@bulkhead/kernel';

export type BlobCode = 'blobs.no-space' | 'blobs.wrong-hash' | 'blobs.missing';

export class BlobError extends Problem<BlobCode> {}

const inGib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

export const noSpace = (directory: string, wanted: number, free: number, reserve: number) =>
  new BlobError(
    'blobs.no-space',
    `${directory} has ${inGib(free)} free, of which ${inGib(reserve)} stay in reserve; ${inGib(wanted)} are needed. Free space or move the data directory.`,
  );
