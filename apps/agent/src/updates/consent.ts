import { createHash } from 'node:crypto';
import type { Clock } from '@bulkhead/kernel';
import type { Log } from '../log.ts';
import type { DirectorLink } from './manifest.ts';
import type { UpdateOffer } from './offer.ts';
import type { PlatformHttps } from './platform-https.ts';
import type { TellUpdate } from './update-events.ts';
import type { StoredDecision, UpdateStore } from './update-store.ts';
import type { UserPort, UserText } from './user.ts';
import { repositoryPaths } from './verification.ts';

export interface ConsentOptions {
  readonly https: PlatformHttps;
  readonly store: UpdateStore;
  readonly director: DirectorLink;
  readonly user: UserPort;
  readonly tell: TellUpdate;
  readonly clock: Clock;
  readonly log: Log;
}

const mostDecisions = 20;
const second = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;
const eventOf = {
  accepted: 'campaign_accepted',
  denied: 'campaign_declined',
  postponed: 'campaign_postponed',
} as const;

/** What the user is told, and what the user decided; both sides record it. */
export function createConsent({ https, store, director, user, tell, clock, log }: ConsentOptions) {
  const texts = new Map<string, UserText>();
  let announced = '';

  /** The text behind the hash in signed metadata; undefined when it cannot be had or is another text. */
  async function textOf({ information }: UpdateOffer): Promise<UserText | undefined> {
    if (!information) return undefined;
    const known = texts.get(information.sha256);
    if (known) return known;
    const { sha256, length } = information;
    const path = `${repositoryPaths.director}/information/${sha256}.json`;
    try {
      const { status, bytes } = await https.get(path, 'director/information', length);
      if (status !== 200 || createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
      const text = JSON.parse(bytes.toString()) as UserText;
      texts.clear();
      texts.set(sha256, text);
      return text;
    } catch (error) {
      log('info', {}, `the text for the user could not be fetched: ${String(error)}`);
      return undefined;
    }
  }

  const decisionFor = ({ key }: UpdateOffer) => store.record().decisions.find((one) => one.key === key);

  function keep(decision: StoredDecision): void {
    const others = store.record().decisions.filter(({ key }) => key !== decision.key);
    store.change({ decisions: [...others, decision].slice(-mostDecisions) });
  }

  /** Tells the Director what it has not taken yet. */
  async function flush(): Promise<void> {
    for (const decision of store.record().decisions.filter(({ told }) => !told)) {
      const { key: correlationId, told: _told, ...rest } = decision;
      const status = await director.post('POST', 'consent', { correlationId, ...rest });
      if (status === undefined || status >= 500 || status === 429) return;
      keep({ ...decision, told: true });
    }
  }

  /** The decision about this attempt; asks the user unless there is one that still holds. */
  async function decided(offer: UpdateOffer): Promise<StoredDecision['decision'] | undefined> {
    const known = decisionFor(offer);
    const isOver = known?.until !== undefined && Date.parse(known.until) <= clock.now().getTime();
    if (known && !isOver) return known.decision;
    const text = await textOf(offer);
    // Nobody agrees to what could not be shown (UN R156 7.2.2.2)
    if (offer.information && !text) return undefined;
    const answer = user.decide(offer, text);
    if (!answer) return undefined;
    keep({
      key: offer.key,
      decision: answer.decision,
      at: second(clock.now()),
      ...(answer.until ? { until: second(answer.until) } : {}),
      ...(offer.information ? { informationSha256: offer.information.sha256 } : {}),
      told: false,
    });
    tell(eventOf[answer.decision], offer.correlationId);
    await flush();
    return answer.decision;
  }

  return Object.freeze({
    flush,
    decided,
    textOf,
    /** Says what is about to happen, once for each attempt. */
    announce: async (offer: UpdateOffer): Promise<void> => {
      if (announced === offer.key) return;
      announced = offer.key;
      user.announce(offer, await textOf(offer));
    },
  });
}
export type Consent = ReturnType<typeof createConsent>;
