import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { manualClock } from '@bulkhead/kernel';
import { openDatabase } from '../../platform/db/database.ts';
import { testImages } from './testing.ts';

/** A process of its own that sends a file slowly, to be killed: DATABASE DIRECTORY UPLOAD FILE. */
const [, , url = '', directory = '', id = '', path = ''] = process.argv;

async function* slowly() {
  for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    yield part;
    await pause(20);
  }
}

const { db } = await openDatabase({ url });
const { images } = testImages(db, { directory, clock: manualClock('2026-11-20T10:00:00Z') });
await images.uploads.append(id, 0, Readable.from(slowly()));
