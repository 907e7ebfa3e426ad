import { Problem } from '@bulkhead/kernel';
import type { JobContext, JobResult } from '../../platform/jobs/run-job.ts';
import type { UpdatesDeps } from './deps.ts';
import { abandonPlan, planStep } from './plan.ts';

export type PlanInput = { readonly campaignId: string };
export type PlanContext = JobContext<PlanInput>;
export type PlanControl = Pick<PlanContext, 'actor' | 'signal' | 'progress' | 'cancelled'>;

/** Handler of the job `updates.plan`: slice by slice; a run that was interrupted goes on where the campaign's row stands. */
export async function runPlan(
  deps: UpdatesDeps,
  campaignId: string,
  control: PlanControl,
  slice?: number,
): Promise<JobResult> {
  try {
    for (;;) {
      if (control.cancelled()) return await stop(deps, campaignId, control);
      const { ended, done, total } = await planStep(deps, campaignId, control.actor, slice);
      control.progress(done, total);
      if (ended) return { campaignId, vehicles: total };
    }
  } catch (error) {
    // a server that shuts down leaves the plan to the next run; any other end would leave it planning for ever
    if (control.signal.aborted) throw error;
    const why =
      error instanceof Problem ? error.message : 'The plan failed inside the platform; its job says where to look.';
    await abandonPlan(deps, campaignId, why, control.actor).catch(() => {}); // the first error is the one to report
    throw error;
  }
}

/** A cancelled plan leaves a draft; a server that shuts down leaves it to the next run. */
async function stop(deps: UpdatesDeps, campaignId: string, { signal, actor }: PlanControl): Promise<JobResult> {
  const ended: unknown = signal.reason;
  if ((ended as { why?: string } | undefined)?.why === 'cancelled')
    await abandonPlan(deps, campaignId, 'The plan was cancelled.', actor);
  return {};
}
