import type { UpdatesEvents } from './modules/updates/index.ts';
import type { Cases } from './modules/vulnerabilities/index.ts';
import type { Relay } from './platform/outbox/relay.ts';

/** Cases follow the releases and campaigns that fix them. */
export function relayShipping(relay: Relay, cases: Cases): void {
  relay.on('updates.release-published', ({ payload }, tx) =>
    cases.releasePublished(tx, payload as unknown as UpdatesEvents['updates.release-published']),
  );
  relay.on('updates.campaign-started', ({ payload }, tx) =>
    cases.campaignStarted(tx, payload as unknown as UpdatesEvents['updates.campaign-started']),
  );
  relay.on('updates.campaign-stopped', ({ payload }, tx) => {
    const stopped = payload as unknown as UpdatesEvents['updates.campaign-stopped'];
    return cases.campaignChanged(
      tx,
      { campaignId: stopped.campaignId, ended: stopped.state === 'cancelled' },
      `Campaign ${stopped.name} is ${stopped.state}: ${stopped.why}`,
    );
  });
  relay.on('updates.campaign-finished', ({ payload }, tx) => {
    const { name, campaignId, vehicles, succeeded } = payload as unknown as UpdatesEvents['updates.campaign-finished'];
    return cases.campaignChanged(
      tx,
      { campaignId, ended: true },
      `Campaign ${name} has ended: ${succeeded} of ${vehicles} vehicles updated`,
    );
  });
}
