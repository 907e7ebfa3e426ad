/**
 * A replica in a process of its own, which a test kills. It says `ready`, then `claimed` when it looks up the name of a
 * receiver, which is after the channel was claimed and before anything is sent; with HOLD=1 it goes no further.
 */
import { openDatabase } from '../db/database.ts';
import { testNotify } from './testing.ts';

const { DATABASE = '', HOLD } = process.env;
const { db } = await openDatabase({ url: DATABASE });
const { notify } = await testNotify(
  { db, url: DATABASE },
  {
    worker: { pollMs: 20, leaseMs: 1_500 },
    resolve: async () => {
      process.stdout.write('claimed\n');
      if (HOLD === '1') await new Promise(() => {});
      return [{ address: '127.0.0.1', family: 4 }];
    },
  },
);
notify.worker.start();
process.stdout.write('ready\n');
