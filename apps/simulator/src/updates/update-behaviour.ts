import type { Scenario } from '../scenario.ts';
import type { UpdateBehaviour } from './simulated-updates.ts';

/** How vehicles and users meet updates, as a scenario says; what it leaves out is an ordinary day. */
export function updateBehaviour({ updates = {} }: Pick<Scenario, 'updates'>): UpdateBehaviour {
  return {
    pollSeconds: updates.pollSeconds ?? 60,
    day: { drivingShare: updates.drivingShare ?? 0.15, phaseMs: (updates.phaseSeconds ?? 90) * 1_000 },
    user: {
      denyShare: updates.denyShare ?? 0.03,
      postponeShare: updates.postponeShare ?? 0.1,
      answerMs: (updates.answerSeconds ?? 20) * 1_000,
    },
    failing: updates.failing ?? [],
  };
}
