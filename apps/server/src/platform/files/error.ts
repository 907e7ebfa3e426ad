import { Problem } from '@bulkhead/kernel';

export type FileCode = 'files.damaged' | 'files.too-large' | 'files.not-supported';

/** Why a file from outside cannot be read on; what came before it stands. */
export class FileError extends Problem<FileCode> {}

export const damaged = (detail: string, cause?: unknown) => new FileError('files.damaged', detail, { cause });
