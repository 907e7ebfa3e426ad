import type { VehicleSignals } from '@bulkhead/agent';
import type { Random } from '../random.ts';

type Phase = 'driving' | 'parked' | 'charging';

export interface Day {
  /** What the vehicle knows of itself at a time, in milliseconds since the simulation began. */
  signalsAt(ms: number): VehicleSignals;
}

export interface DayOptions {
  /** Share of the time that is spent driving. */
  readonly drivingShare: number;
  /** Mean length of one phase in milliseconds; short, so that something is to be seen in a demonstration. */
  readonly phaseMs: number;
}

const periods = 64;

/** Drives, parks and charges for ever: the same seed gives the same day, whenever it is asked about. */
export function createDay(random: Random, { drivingShare, phaseMs }: DayOptions): Day {
  const plan: { readonly until: number; readonly phase: Phase }[] = [];
  let at = 0;
  for (let i = 0; i < periods; i++) {
    at += phaseMs * (0.5 + random.next());
    plan.push({
      until: at,
      phase: random.chance(drivingShare) ? 'driving' : random.chance(0.2) ? 'charging' : 'parked',
    });
  }
  const offset = random.next() * at;
  const percent = 35 + random.whole(0, 60);
  const volts = 12.2 + random.next() * 0.6;
  return {
    signalsAt: (ms) => {
      const time = (ms + offset) % at;
      const phase = plan.find(({ until }) => time < until)?.phase ?? 'parked';
      const driving = phase === 'driving';
      return {
        parked: !driving,
        speedKmh: driving ? 50 : 0,
        ignitionOn: driving,
        doorsClosed: true,
        bonnetClosed: true,
        charging: phase === 'charging',
        tractionBatteryPercent: percent,
        lowVoltageBatteryVolts: volts,
        occupied: driving,
        networkMetered: driving,
      };
    },
  };
}
