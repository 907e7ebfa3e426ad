import pg from 'pg';
import { type Db, inTransaction } from './database.ts';

const deadlock = '40P01';
const mostTries = 5;

/**
 * A transaction that is begun anew when the database ended it because two waited for each other in a ring. `work` must
 * leave nothing behind when it fails; for background work over many rows, whose order nobody can keep.
 */
export async function inRetriedTransaction<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(db, work);
    } catch (error) {
      const again =
        error instanceof pg.DatabaseError && error.code === deadlock && tries < mostTries && !db.isTransaction;
      if (!again) throw error;
    }
  }
}
