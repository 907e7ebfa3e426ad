import type { JobContext, JobResult } from '../../platform/jobs/run-job.ts';
import type { DirectorDeps } from './deps.ts';
import type { Epoch, Repository } from './repository.ts';
import { createRootViews } from './root-views.ts';
import { signSet } from './sets.ts';
import { createDirectorStore, type Signing } from './store.ts';
import { createDirectorViews, type ServedRow } from './views.ts';

const pageSize = 1_000;

export type ResignContext = Pick<
  JobContext<Record<string, never>>,
  'resumeFrom' | 'checkpoint' | 'progress' | 'cancelled'
>;

/**
 * Signs what every vehicle is served anew: after keys were exchanged, or before a time when many vehicles come back at once.
 * Each is signed here, so that what cannot be is known now; the bytes are made again when the vehicle asks, which
 * gives the same, since Ed25519 is deterministic.
 */
export async function runResign(
  deps: DirectorDeps,
  repository: Repository,
  context: ResignContext,
): Promise<JobResult> {
  const { db, clock } = deps;
  const epoch = await repository.at(await createRootViews(db).version());
  const from = context.resumeFrom as { after: string; done: number; failed: number } | null;
  let { after, done, failed } = from ?? { after: '', done: 0, failed: 0 };
  for (;;) {
    const rows = await createDirectorViews(db).servedAfter(after, pageSize);
    const last = rows.at(-1);
    if (!last || context.cancelled()) return { vehicles: done, failed };
    const at = new Date(Math.floor(clock.now().getTime() / 1_000) * 1_000);
    const signings = rows.flatMap((row) => signed(deps, epoch, row, at) ?? []);
    failed += rows.length - signings.length;
    done += (await createDirectorStore(db).putSigned(signings)).size;
    after = last.vin;
    await context.checkpoint({ after, done, failed });
    context.progress(done);
  }
}

function signed({ log }: DirectorDeps, epoch: Epoch, row: ServedRow, at: Date): Signing | undefined {
  const { vin, version, served, dialect, content, fault, named } = row;
  if (!content) return undefined;
  const stamp = { vin, version: version + 1, signedAt: at, served };
  try {
    signSet(epoch, dialect, stamp);
    return { ...stamp, content, epoch: epoch.version, fault, named };
  } catch (error) {
    log.error({ err: error, vin }, 'what a vehicle is served could not be signed');
    return undefined;
  }
}
