import type { Readable } from 'node:stream';

/** A metadata file as it is served. */
export interface ServedFile {
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Named by a version that never changes its content. */
  readonly immutable: boolean;
}

/** Bytes of an image that may be served, opened only when they are wanted. */
export interface ServedImage {
  readonly sha256: string;
  readonly length: number;
  read(range?: { readonly start: number; readonly end: number }): Readable;
}
