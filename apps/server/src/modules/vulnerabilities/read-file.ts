import { setImmediate as breathe } from 'node:timers/promises';
import {
  type Advisory,
  AdvisoryError,
  createEpssReader,
  type KevCatalogue,
  readJsonText,
  readKev,
} from '@bulkhead/advisories';
import type { Bytes } from '../../platform/files/bytes.ts';
import { type Document, documentsOf } from '../../platform/files/documents.ts';
import { FileError } from '../../platform/files/error.ts';
import { faultOf, fileFault, pieceFault, type SourceFault } from './domain/source-fault.ts';
import { jsonFormOf, splitJson } from './domain/split-json.ts';
import { splitLines } from './domain/split-lines.ts';
import { longestRecord, readRecord } from './read-record.ts';
import type { SourceTable } from './tables.ts';

export interface FileToRead {
  readonly bytes: Bytes;
  /** For messages, and for what an ending tells. */
  readonly name: string;
  readonly kind: SourceTable['kind'];
  /** Records that an earlier run has taken in. */
  readonly skip: number;
  /** Where an archive inside an archive is unpacked to. */
  readonly scratch: string;
}

/** A step through a file: what one record gave, or a part of a large table. */
export interface ReadStep {
  /** Records passed when this step is in: where the next run goes on. */
  readonly next: number;
  /** Bytes that it weighs; bounds what one transaction takes. */
  readonly weight: number;
  /** Records that were read well. */
  readonly read: number;
  readonly faults: readonly SourceFault[];
  readonly advisories?: readonly Advisory[];
  readonly kev?: KevCatalogue;
  readonly epss?: EpssPart;
  /** Set on the last step of a file that could not be read to its end: nothing follows from what it does not hold. */
  readonly broken?: string;
}

export interface EpssPart {
  /** YYYY-MM-DD. */
  readonly on: string;
  readonly rows: readonly { readonly ref: string; readonly score: number; readonly percentile: number }[];
}

const turnMs = 15;
const longestCatalogue = 64 * 1024 * 1024;

/** Reads a file of a source step by step; a broken record is a step too, and the rest goes on. */
export async function* readFile(file: FileToRead): AsyncGenerator<ReadStep> {
  const at = { next: 0 };
  try {
    for await (const document of documentsOf(file.bytes, { scratch: file.scratch })) {
      if (document.name !== '' && isNoise(document.name)) continue;
      const place = document.name === '' ? file.name : `${file.name}/${document.name}`;
      if (file.kind === 'epss') yield* readEpss(document, place, file, at);
      else if (file.kind === 'kev') yield* readCatalogue(document, place, at);
      else yield* readRecords(document, place, file, at);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield { next: at.next, weight: 0, read: 0, faults: [fileFault(error, file.name)], broken: error.message };
  }
}

/** What lies beside the records in published archives. */
function isNoise(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return (
    base.startsWith('.') ||
    base.startsWith('__MACOSX') ||
    /\.(md|txt|html|ya?ml|sh|py|asc|sig|sha\d+)$/i.test(base) ||
    /^(LICEN[CS]E|README)$/i.test(base)
  );
}

interface Place {
  next: number;
}

async function* readRecords(document: Document, place: string, file: FileToRead, at: Place): AsyncGenerator<ReadStep> {
  const { form, content } = await formOf(document.content, place);
  let turn = performance.now();
  let n = 0;
  for await (const pieces of splitJson(content, { form, maxBytes: longestRecord })) {
    for (const { bytes, fault } of pieces) {
      n += 1;
      at.next += 1;
      if (at.next <= file.skip) continue;
      const where = n === 1 && document.name !== '' ? place : `${place}#${n}`;
      const broken = fault === 'no-object' || fault === 'cut-off';
      if (fault)
        yield {
          ...nothing(at, bytes.length),
          faults: [pieceFault(fault, bytes, where)],
          ...(broken ? { broken: `${where} cannot be read` } : {}),
        };
      else yield await recordStep(bytes, where, at);
      if (performance.now() - turn < turnMs) continue;
      await breathe(); // whoever else waits for this process has a turn
      turn = performance.now();
    }
  }
}

const nothing = ({ next }: Place, weight: number) => ({ next, weight, read: 0, faults: [] as readonly SourceFault[] });

async function recordStep(bytes: Buffer, where: string, at: Place): Promise<ReadStep> {
  try {
    const advisories = await readRecord(bytes);
    return { ...nothing(at, bytes.length), read: 1, advisories };
  } catch (error) {
    return { ...nothing(at, bytes.length), faults: [faultOf(error, bytes, where)] };
  }
}

/** Looks at the beginning to see how the values stand. */
async function formOf(chunks: AsyncIterable<Buffer>, name: string) {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const start = first.done ? Buffer.alloc(0) : first.value;
  async function* content() {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { form: jsonFormOf(name, start.subarray(0, 65_536)), content: content() };
}

async function* readCatalogue(document: Document, place: string, at: Place): AsyncGenerator<ReadStep> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of document.content) {
    length += part.length;
    if (length > longestCatalogue)
      throw new FileError('files.too-large', `${place} has more than ${longestCatalogue} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  try {
    const kev = readKev(readJsonText(bytes));
    at.next += kev.entries.length + kev.setAside.length;
    const faults = kev.setAside.map((error) => faultOf(error, Buffer.alloc(0), `${place} ${error.path}`));
    yield { ...nothing(at, length), read: kev.entries.length, faults, kev };
  } catch (error) {
    if (!(error instanceof AdvisoryError)) throw error;
    yield { ...nothing(at, length), faults: [faultOf(error, bytes, place)], broken: error.message };
  }
}

const rowsPerStep = 2_000;
const mostFaultsPerStep = 100;

async function* readEpss(document: Document, place: string, file: FileToRead, at: Place): AsyncGenerator<ReadStep> {
  const reader = createEpssReader();
  let rows: EpssPart['rows'][number][] = [];
  let faults: SourceFault[] = [];
  const step = (): ReadStep => {
    const on = reader.head().scoreDate?.slice(0, 10);
    if (on === undefined && rows.length > 0)
      throw new FileError(
        'files.not-supported',
        `${place} does not say the day of its scores ("#model_version:...,score_date:...")`,
      );
    const epss = on === undefined ? {} : { epss: { on, rows } };
    const made = { ...nothing(at, rows.length * 40), read: rows.length, faults, ...epss };
    [rows, faults] = [[], []];
    return made;
  };
  for await (const lines of splitLines(document.content, 1_000)) {
    for (const line of lines) {
      try {
        const row = reader.read(line);
        if (!row) continue;
        at.next += 1;
        if (at.next > file.skip) rows.push({ ref: row.cve, score: row.epss, percentile: row.percentile });
      } catch (error) {
        if (!(error instanceof AdvisoryError)) throw error;
        if (error.code === 'advisory.unknown-format')
          throw new FileError('files.not-supported', `${place}: ${error.message}`);
        at.next += 1;
        if (at.next > file.skip) faults.push(faultOf(error, Buffer.from(line), `${place} ${error.path}`));
      }
      if (rows.length >= rowsPerStep || faults.length >= mostFaultsPerStep) yield step();
    }
    await breathe();
  }
  yield step();
}
