import type { FindingState } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { findingState } from './domain/finding-state.ts';
import { createFindingStore } from './finding-store.ts';
import { createQueueStore } from './queue-store.ts';
import { createRecordStore } from './record-store.ts';
import { createStateViews } from './state-views.ts';

/**
 * Brings the state of all findings of these vulnerabilities in line with the decisions that hold. Called in the transaction that
 * changed a decision, a match, or what a software version contains. Answers the vulnerabilities whose findings changed.
 */
export async function refreshStates(tx: Db, vulnerabilityIds: readonly string[], now: Date): Promise<string[]> {
  if (vulnerabilityIds.length === 0) return [];
  await createQueueStore(tx).hold();
  const store = createFindingStore(tx);
  const reset = await store.resetStates(vulnerabilityIds, now);
  const views = createStateViews(tx);
  const decisions = await views.activeDecisions(vulnerabilityIds);
  const places = await views.places([...decisions.keys()]);
  const states = [...places].map(([id, { vulnerabilityId, verdict, places }]) => {
    const decided = findingState(decisions.get(vulnerabilityId) ?? [], places);
    const state: FindingState = decided === 'open' && verdict === 'not-affected' ? 'not-affected' : decided;
    return { id, state };
  });
  const set = await store.setStates(states, now);
  const changed = [...new Set([...reset, ...set])];
  await store.recount(changed);
  await createRecordStore(tx).enqueueCases(changed);
  return changed;
}
