import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStatus, EventInput } from '@bulkhead/agent';
import type { Clock } from '@bulkhead/kernel';
import type { Fleet, FleetVehicle } from '../fleet/build-fleet.ts';
import type { Claims } from '../provision/claims.ts';
import type { Endpoints } from '../provision/platform.ts';
import type { SimulatorState } from '../provision/simulator-state.ts';
import { createRandom } from '../random.ts';
import type { UpdateBehaviour } from '../updates/simulated-updates.ts';
import { eventStream } from './benign-events.ts';
import { createChurn } from './churn.ts';
import { enrolQuietEcus, type IdentityOptions } from './ecu-identities.ts';
import { createFleetUpdates } from './fleet-updates.ts';
import { createVehicle, type SimulatedVehicle } from './simulated-vehicle.ts';

export interface RunOptions {
  readonly fleet: Fleet;
  readonly endpoints: Endpoints;
  readonly state: SimulatorState;
  readonly claims: Claims;
  readonly clock: Clock;
  /** Give an identity to each ECU that can hold a key, or only to the one that connects. */
  readonly identities: 'all' | 'telematics';
  readonly eventsPerVehicleAndHour: number;
  readonly offlineShare: number;
  readonly connectsPerSecond: number;
  readonly heartbeatSeconds: number;
  /** How vehicles and users meet updates; left out: no vehicle takes any. */
  readonly updates?: UpdateBehaviour;
  readonly log: (line: string) => void;
  readonly debug: (fields: object, message: string) => void;
}

export interface FleetFigures {
  readonly online: number;
  readonly states: Readonly<Partial<Record<AgentStatus['state'], number>>>;
  readonly waitingEvents: number;
  readonly acknowledgedEvents: number;
}

/** Agents that may be between start and online at once: a slow platform slows the ramp instead of piling up. */
const mostUnderway = 60;
const enrolWidth = 6;
const tickMs = 100;

/** One real agent per vehicle in this process: started at a bounded rate, then left to themselves. */
export function runFleet(options: RunOptions) {
  const { fleet, state, claims, endpoints, clock, log } = options;
  const random = createRandom(`${fleet.seed}/run`);
  const stop = new AbortController();
  const claimOf = ({ plant }: FleetVehicle) => {
    const claim = claims.get(plant);
    if (!claim) throw new Error(`There is no claim certificate for the plant ${plant}`);
    return claim;
  };
  const vehicles: SimulatedVehicle[] = [];
  const directoryOf = (serial: string) => state.path('ecus', serial);
  const identityOptions: IdentityOptions = { endpoints, directoryOf, claimOf, stop: stop.signal };
  const updating = createFleetUpdates(options, vehicles);

  function add(vehicle: FleetVehicle): void {
    const { serial } = vehicle.telematics;
    const made = createVehicle({
      ...updating?.of(vehicle),
      vehicle,
      endpoints,
      directory: state.path('vehicles', vehicle.vin),
      claim: claimOf(vehicle),
      clock,
      spread: random.next(),
      heartbeatSeconds: options.heartbeatSeconds,
      log: (_level, fields, message) => options.debug({ serial, ...fields }, message),
    });
    vehicles.push(made);
    made.agent.start();
  }

  async function ramp(): Promise<void> {
    for (const vehicle of fleet.vehicles) {
      while (underway(vehicles) >= mostUnderway && !stop.signal.aborted) await sleep(tickMs);
      if (stop.signal.aborted) return;
      add(vehicle);
      await sleep(1_000 / options.connectsPerSecond);
    }
  }

  /** Resolves when every vehicle is online. */
  async function start(): Promise<void> {
    await ramp();
    while (!stop.signal.aborted && vehicles.some(({ agent }) => !isOnline(agent.status()))) await sleep(tickMs);
  }

  /** Gives the ECUs that do not connect their identities. */
  async function enrolOthers(): Promise<void> {
    if (options.identities === 'telematics' || stop.signal.aborted) return;
    const enrolled = await enrolQuietEcus(identityOptions, fleet.vehicles, enrolWidth);
    if (enrolled > 0) log(`${enrolled} further ECUs enrolled`);
  }

  const noise = createNoise(options, vehicles);
  const churn = createChurn(random.fork('churn'), vehicles, options.offlineShare);
  return Object.freeze({
    vehicles: vehicles as readonly SimulatedVehicle[],
    identityOptions,
    start,
    enrolOthers,
    /** Events and vehicles that come and go; begins when the fleet is there. */
    live: (): void => {
      noise.start();
      churn.start();
      updating?.start();
    },
    figures: (): FleetFigures => figuresOf(vehicles),
    stop: async (): Promise<void> => {
      stop.abort();
      noise.stop();
      churn.stop();
      updating?.stop();
      for (const { agent } of vehicles) agent.stop();
      await sleep(200); // lets the farewells leave
    },
  });
}
export type RunningFleet = ReturnType<typeof runFleet>;

const isOnline = ({ state }: AgentStatus) => state === 'online';

const underway = (vehicles: readonly SimulatedVehicle[]) =>
  vehicles.reduce((count, { agent }) => count + (isOnline(agent.status()) ? 0 : 1), 0);

/** Hands the events of the stream to the agents when they are due. */
function createNoise({ fleet, eventsPerVehicleAndHour }: RunOptions, vehicles: readonly SimulatedVehicle[]) {
  let timer: NodeJS.Timeout | undefined;
  const [first, ...rest] = fleet.vehicles;
  return {
    start: (): void => {
      if (!first || eventsPerVehicleAndHour <= 0) return;
      const stream = eventStream(createRandom(`${fleet.seed}/events`), [first, ...rest], eventsPerVehicleAndHour);
      const startedAt = performance.now();
      let next = stream.next().value;
      timer = setInterval(() => {
        for (; next && next.atMs <= performance.now() - startedAt; next = stream.next().value)
          vehicles[next.vehicle]?.agent.report(next.event satisfies EventInput);
      }, tickMs);
    },
    stop: (): void => clearInterval(timer),
  };
}

function figuresOf(vehicles: readonly SimulatedVehicle[]): FleetFigures {
  const states: Partial<Record<AgentStatus['state'], number>> = {};
  let waitingEvents = 0;
  let acknowledgedEvents = 0;
  for (const { agent } of vehicles) {
    const status = agent.status();
    states[status.state] = (states[status.state] ?? 0) + 1;
    waitingEvents += status.waitingEvents;
    acknowledgedEvents += status.acknowledgedEvents;
  }
  return { online: states.online ?? 0, states, waitingEvents, acknowledgedEvents };
}
