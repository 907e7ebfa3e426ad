import type { CampaignState, CampaignVehicleState as State } from '@bulkhead/contract';
import { engine, enter } from './campaign-life.ts';
import type { WaveRow } from './campaign-store.ts';
import { createCampaignViews } from './campaign-views.ts';
import { stepCampaign } from './domain/campaign-states.ts';
import { whyFailed, whyFellShort } from './domain/campaign-words.ts';
import {
  type Forgiven,
  judgeWave,
  nextWaveState,
  type StateCounts,
  standingOf,
  type WaveStanding,
  type WaveVerdict,
} from './domain/thresholds.ts';
import { type Drive, halt } from './drive-context.ts';
import { rollBack } from './rolling-back.ts';

export interface Judgement {
  readonly state: CampaignState;
  /** Offers may be made. */
  readonly goOn: boolean;
  /** Something moved that may let more happen at once. */
  readonly changed: boolean;
  readonly inFlight: number;
  readonly succeeded: number;
  readonly waves: readonly JudgedWave[];
}

export interface JudgedWave {
  readonly row: WaveRow;
  readonly standing: WaveStanding;
  readonly verdict: WaveVerdict;
}

export const forgivenOf = (row: WaveRow): Forgiven => ({
  errors: Number(row.forgiven_errors),
  ended: Number(row.forgiven_ended),
});

/** Waves with their figures, from counts alone. */
export async function judgedWaves({ tx, row }: Pick<Drive, 'tx' | 'row'>): Promise<JudgedWave[]> {
  const views = createCampaignViews(tx);
  const counts = await views.counts([row.id]);
  return (await views.waves(row.id)).map((wave) => {
    const own = new Map<State, number>();
    for (const { wave: ordinal, state, vehicles } of counts)
      if (ordinal === wave.ordinal) own.set(state, (own.get(state) ?? 0) + vehicles);
    const standing = standingOf(own as StateCounts, Number(wave.size), row.rules.countAsError);
    return { row: wave, standing, verdict: verdictOf(wave, standing) };
  });
}

function verdictOf(wave: WaveRow, standing: WaveStanding): WaveVerdict {
  const verdict = judgeWave(standing, wave.definition, forgivenOf(wave));
  return verdict === 'fell-short' && wave.accepted ? 'reached' : verdict;
}

/**
 * Error thresholds of every wave that has begun, before anything can count as done, in the transaction that would let the
 * next wave begin (hawkBit #3110 finished a group first and asked then).
 */
export async function judge(drive: Drive): Promise<Judgement> {
  const { row } = drive;
  const waves = await judgedWaves(drive);
  const sum = (pick: (standing: WaveStanding) => number) =>
    waves.reduce((all, { standing }) => all + pick(standing), 0);
  const facts = { inFlight: sum((s) => s.inFlight), succeeded: sum((s) => s.succeeded), waves };
  const quiet: Judgement = { ...facts, state: row.state, goOn: false, changed: false };
  if (row.state !== 'running' && row.state !== 'paused') return quiet;
  const failed = waves.find((wave) => wave.row.state !== 'waiting' && wave.verdict === 'failed');
  if (failed) return (await fail(drive, failed)) ? { ...quiet, state: 'stopped', changed: true } : quiet;
  if (row.state === 'paused') return quiet;
  if (sum((s) => s.over) >= sum((s) => s.size)) {
    await finish(drive, waves, facts.succeeded);
    return { ...quiet, state: 'finished' };
  }
  return progress(drive, quiet);
}

/** Answers whether it changed anything: what is paused already is not paused again. */
async function fail(drive: Drive, { row: wave, standing }: JudgedWave): Promise<boolean> {
  const { deps, tx, row, now } = drive;
  const why = whyFailed(wave.definition, standing, forgivenOf(wave));
  const { onError } = row.rules;
  if (onError === 'pause') {
    if (row.state === 'paused') return false;
    await halt(drive, 'paused', why);
  } else if (onError === 'roll-back') await rollBack({ deps, tx, row, now, by: engine }, why);
  else await halt(drive, 'stopped', why);
  return true;
}

async function finish(
  { deps, tx, row, store, now }: Drive,
  waves: readonly JudgedWave[],
  succeeded: number,
): Promise<void> {
  const state = stepCampaign(row.name, row.state, 'finish');
  for (const { row: wave } of waves)
    if (wave.state !== 'finished') await store.setWave(row.id, wave.ordinal, { state: 'finished', finished_at: now });
  const size = waves.reduce((all, { standing }) => all + standing.size, 0);
  const short = waves.filter(({ verdict }) => verdict === 'fell-short');
  const why = [
    `${succeeded} of ${size} vehicles were updated.`,
    ...short.map((w) => whyFellShort(w.row.definition, w.standing)),
  ].join(' ');
  const values = { finished_at: now, wake_at: null };
  await enter({ deps, tx, row, now, by: engine }, state, why, {
    verb: 'finish',
    values,
    event: 'updates.campaign-finished',
  });
}

/** Waves that have reached what was asked soak and finish, and the next one begins. */
async function progress(drive: Drive, quiet: Judgement): Promise<Judgement> {
  const { row, store, now } = drive;
  const current = quiet.waves.find((wave) => wave.row.ordinal === row.wave);
  if (!current) return { ...quiet, goOn: true };
  const { row: wave, verdict, standing } = current;
  if (verdict === 'fell-short' && wave.state === 'running' && row.wave < quiet.waves.length) {
    await halt(drive, 'paused', whyFellShort(wave.definition, standing));
    return { ...quiet, state: 'paused', changed: true };
  }
  const reachedAt = wave.reached_at ?? now;
  const soakEnds = reachedAt.getTime() + (wave.definition.soakMinutes ?? 0) * 60_000;
  const state = nextWaveState(wave.state, verdict, now.getTime() >= soakEnds);
  if (state === wave.state) return { ...quiet, goOn: true };
  const reached = { state, reached_at: reachedAt, ...(state === 'finished' ? { finished_at: now } : {}) };
  await store.setWave(row.id, wave.ordinal, reached);
  await store.log(
    row.id,
    now,
    `wave-${state}`,
    `Wave "${wave.definition.name}" ${state === 'finished' ? 'is finished' : 'has reached its success threshold and soaks'}.`,
  );
  if (state === 'finished' && row.wave < quiet.waves.length) await beginNext(drive, quiet.waves);
  return { ...quiet, goOn: state !== 'finished', changed: true };
}

async function beginNext({ deps, tx, row, store, now }: Drive, waves: readonly JudgedWave[]): Promise<void> {
  const next = row.wave + 1;
  const name = waves.find((wave) => wave.row.ordinal === next)?.row.definition.name ?? '';
  await store.setWave(row.id, next, { state: 'running', started_at: now });
  const why = `Wave ${next} "${name}" has begun.`;
  await enter({ deps, tx, row, now, by: engine }, 'running', why, { verb: 'begin-wave-of', values: { wave: next } });
}
