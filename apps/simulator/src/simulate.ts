import { createClient } from '@bulkhead/contract';
import { systemClock } from '@bulkhead/kernel';
import { provideAdvisories } from './advisories/provide-advisories.ts';
import { buildFleet, type Fleet, type FleetVehicle } from './fleet/build-fleet.ts';
import type { SimulatorOptions } from './options.ts';
import { type Claims, obtainClaims } from './provision/claims.ts';
import { type Endpoints, fetchRoot, readToken } from './provision/platform.ts';
import { platformSbom } from './provision/platform-sbom.ts';
import { provision } from './provision/provision.ts';
import { openSimulatorState } from './provision/simulator-state.ts';
import { quietKeyHolders } from './run/ecu-identities.ts';
import { playScenario } from './run/play-scenario.ts';
import { playRogue, type RogueResult } from './run/rogue.ts';
import { type RunningFleet, runFleet } from './run/run-fleet.ts';
import { readScenario, type Scenario } from './scenario.ts';
import { updateBehaviour } from './updates/update-behaviour.ts';
import { shipUpdate } from './updates/update-chapter.ts';

export interface Simulation {
  readonly fleet: Fleet;
  readonly running: RunningFleet;
  /** Resolves once all vehicles are online. */
  readonly live: Promise<void>;
  /** Resolves once the other ECUs have their identities too. */
  readonly settled: Promise<void>;
  stop(): Promise<void>;
}

export interface SimulationHooks {
  readonly log: (line: string) => void;
  /** The platform let the rogue do something. */
  readonly breach: (line: string) => void;
}

const words: Readonly<Record<RogueResult['attempt'], string>> = Object.freeze({
  'cloned-ecu': 'cloned ECU with a stolen claim certificate',
  'self-signed': 'self-signed certificate at the MQTT front door',
  'foreign-topic': "ECU that speaks on a neighbour's topic",
});

function tellRogue(results: readonly RogueResult[], { log, breach }: SimulationHooks): void {
  for (const { attempt, outcome, detail } of results) {
    if (outcome === 'accepted')
      breach(`SECURITY FAILURE: the platform accepted the rogue, ${words[attempt]}: ${detail}`);
    else log(`rogue ${outcome}: ${words[attempt]} (${detail.replaceAll(/\s+/g, ' ').slice(0, 160)})`);
  }
}

/** The vehicle of the rogue and the one next to it. */
function rogueVehicles({ vehicles }: Fleet): readonly [FleetVehicle, FleetVehicle] | undefined {
  const victim = vehicles.find((vehicle) => quietKeyHolders(vehicle).length > 0);
  const neighbour = vehicles.find((vehicle) => vehicle !== victim);
  return victim && neighbour ? [victim, neighbour] : undefined;
}

/** One attempt at a time; the platform being slow does not pile them up. */
function createRogue(
  fleet: Fleet,
  endpoints: Endpoints,
  claims: Claims,
  running: RunningFleet,
  hooks: SimulationHooks,
) {
  const pair = rogueVehicles(fleet);
  let busy = false;
  return (): void => {
    if (!pair || busy) return;
    const [victim, neighbour] = pair;
    const stolenClaim = claims.get(victim.plant);
    if (!stolenClaim) return;
    busy = true;
    const { identityOptions: identities } = running;
    playRogue({ endpoints, clock: systemClock, stolenClaim, victim, neighbour, identities })
      .then((results) => tellRogue(results, hooks))
      .catch((error: unknown) => hooks.log(`the rogue could not try: ${String(error)}`))
      .finally(() => {
        busy = false;
      });
  };
}

/** Provisions the platform and sets a fleet running against it. */
export async function simulate(options: SimulatorOptions, hooks: SimulationHooks): Promise<Simulation> {
  const scenario = readScenario(options.scenario);
  const fleet = fleetOf(options, scenario);
  const { trust, rootFingerprint } = await fetchRoot(options.url, options.fingerprint);
  const endpoints: Endpoints = { ...options, trust, rootFingerprint };
  const client = createClient({ baseUrl: options.url, token: readToken(options.tokenFile) });
  const state = openSimulatorState(options.state, rootFingerprint);
  const platform = platformSbom();
  await provision({ client, fleet, state, log: hooks.log, ...(platform ? { platform } : {}) });
  // beside the fleet, which does not wait for it
  const advisories = provideAdvisories({ client, state, log: hooks.log }).catch((error: unknown) =>
    hooks.log(`advisories are missing: ${String(error)}`),
  );
  const plants = [...new Set(fleet.vehicles.map(({ plant }) => plant))];
  const claims = await obtainClaims(client, state, plants, systemClock);
  const running = runFleet({
    fleet,
    endpoints,
    state,
    claims,
    clock: systemClock,
    identities: options.identities,
    eventsPerVehicleAndHour: scenario.eventsPerVehicleAndHour ?? 40,
    offlineShare: scenario.offlineShare ?? 0.05,
    connectsPerSecond: options.connectsPerSecond,
    heartbeatSeconds: 60,
    updates: updateBehaviour(scenario),
    log: hooks.log,
    debug: (fields, message) => {
      if (options.verbose) hooks.log(`${message} ${JSON.stringify(fields)}`);
    },
  });
  const rogue = createRogue(fleet, endpoints, claims, running, hooks);
  let endScenario = () => {};
  const ended = new AbortController();
  const { signal: stop } = ended;
  const live = running.start().then(() => {
    if (stop.aborted) return;
    running.live();
    endScenario = playScenario(scenario, { seed: fleet.seed, vehicles: running.vehicles, rogue, log: hooks.log });
  });
  const settled = live.then(running.enrolOthers);
  const shared = { client, url: options.url, state, clock: systemClock, vehicles: fleet.vehicles.length, stop };
  if (scenario.updateCampaign) void shipUpdate({ ...shared, log: hooks.log, ready: Promise.all([live, advisories]) });
  return {
    fleet,
    running,
    live,
    settled,
    stop: async () => {
      ended.abort();
      endScenario();
      await running.stop();
      await settled.catch(() => {});
    },
  };
}

function fleetOf(options: SimulatorOptions, scenario: Scenario): Fleet {
  const [first, ...rest] = scenario.regions ?? [];
  return buildFleet({
    seed: options.seed ?? scenario.seed ?? 'demo',
    vehicles: options.vehicles ?? scenario.vehicles ?? 50,
    ...(first ? { regions: [first, ...rest] as const } : {}),
    ...(scenario.outdatedShare === undefined ? {} : { outdatedShare: scenario.outdatedShare }),
  });
}
