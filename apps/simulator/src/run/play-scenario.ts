import type { EventInput } from '@bulkhead/agent';
import { createRandom, type Random } from '../random.ts';
import type { Scenario, Step } from '../scenario.ts';

/** What a step may do to a vehicle; the fleet's vehicles have it. */
export interface Actor {
  readonly agent: { report(event: EventInput): void; setNetwork(available: boolean): void };
  reportOldest(): Promise<void>;
}

export interface Stage<A extends Actor> {
  readonly seed: string;
  readonly vehicles: readonly A[];
  readonly rogue: () => void;
  readonly log: (line: string) => void;
}

/** A share of the fleet without repetition, at least one vehicle. */
export function drawShare<T>(random: Random, all: readonly T[], share: number): readonly T[] {
  const pool = [...all];
  const count = Math.min(pool.length, Math.max(1, Math.round(pool.length * share)));
  for (let i = 0; i < count; i++) {
    const other = random.whole(i, pool.length - 1);
    [pool[i], pool[other]] = [pool[other] as T, pool[i] as T];
  }
  return pool.slice(0, count);
}

function perform<A extends Actor>(step: Step, drawn: readonly A[], { rogue, log }: Stage<A>): void {
  switch (step.do) {
    case 'events-burst':
      for (let i = 0; i < step.count; i++)
        for (const { agent } of drawn) agent.report({ type: step.type, severity: step.severity, data: { burst: i } });
      return log(`${drawn.length} vehicles reported ${step.count} events ${step.type} each`);
    case 'offline':
    case 'online':
      for (const { agent } of drawn) agent.setNetwork(step.do === 'online');
      return log(`${drawn.length} vehicles went ${step.do}`);
    case 'outdated-report':
      for (const vehicle of drawn) vehicle.reportOldest().catch(() => {}); // offline: it comes with the next connection
      return log(`${drawn.length} vehicles report the oldest software`);
    case 'rogue':
      return rogue();
  }
}

/** Runs the steps at their times, the same ones on the same vehicles for the same seed. Returns how to stop. */
export function playScenario<A extends Actor>(scenario: Scenario, stage: Stage<A>): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const after = (seconds: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, seconds * 1_000);
    timers.add(timer);
  };
  const round = (number: number) => {
    const random = createRandom(`${stage.seed}/scenario/${number}`);
    for (const step of scenario.steps) {
      const drawn = 'share' in step ? drawShare(random, stage.vehicles, step.share) : [];
      after(step.at, () => perform(step, drawn, stage));
    }
    if (scenario.repeatAfterSeconds) after(scenario.repeatAfterSeconds, () => round(number + 1));
  };
  const rogueAgain = (seconds: number) =>
    after(seconds, () => {
      stage.rogue();
      rogueAgain(seconds);
    });
  round(0);
  if (scenario.rogueEverySeconds) rogueAgain(scenario.rogueEverySeconds);
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
