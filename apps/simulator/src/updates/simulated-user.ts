import type { UserDecision, UserPort } from '@bulkhead/agent';
import type { Random } from '../random.ts';

export interface UserOptions {
  /** Share of users who refuse, and of those who want to be asked again once. The rest agrees after a while. */
  readonly denyShare: number;
  readonly postponeShare: number;
  /** Longest time until a user answers, in milliseconds. */
  readonly answerMs: number;
}

/** A person at the screen: answers each offer after a while, and as the seed says. */
export function createSimulatedUser(random: Random, options: UserOptions, now: () => number): UserPort {
  const asked = new Map<string, { readonly since: number; readonly answer: UserDecision; readonly afterMs: number }>();
  const postponed = new Set<string>();

  function answerTo(offer: string): UserDecision {
    const mood = random.fork(offer).next();
    if (mood < options.denyShare) return { decision: 'denied' };
    if (mood < options.denyShare + options.postponeShare && !postponed.has(offer)) {
      postponed.add(offer);
      return { decision: 'postponed', until: new Date(now() + options.answerMs) };
    }
    return { decision: 'accepted' };
  }

  return {
    announce: () => {},
    inform: () => {},
    decide: ({ campaignId, key }) => {
      const offer = campaignId ?? key;
      const known = asked.get(offer);
      if (!known) {
        const afterMs = random.fork(`${offer} pause`).next() * options.answerMs;
        asked.set(offer, { since: now(), answer: answerTo(offer), afterMs });
        return undefined;
      }
      if (now() - known.since < known.afterMs) return undefined;
      asked.delete(offer);
      return known.answer;
    },
  };
}
