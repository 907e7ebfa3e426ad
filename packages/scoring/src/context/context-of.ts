import { quote } from '../errors.ts';
import type { MissionImpact, SafetyImpact } from '../ssvc/words.ts';
import { dutyOf, knowsFunction } from './ecu-functions.ts';
import type { Environment } from './environment.ts';
import { type WayIn, widestWayIn } from './interfaces.ts';

/** An ECU role of the architecture, in the words of the inventory. */
export interface EcuPlace {
  readonly function: string;
  /** Open: the role has an external interface, or sits on a bus that the outside reaches without a gateway. */
  readonly network: 'open' | 'closed';
  /** Whether one of its buses is open, where the caller knows; otherwise an open network is taken to mean yes. */
  readonly openBus?: boolean;
  /** The role itself joins networks. */
  readonly gateway: boolean;
  readonly interfaces: readonly string[];
  /** The worst safety impact that the risk assessment found for it. */
  readonly safetyFromTara?: SafetyImpact;
}

export interface EcuContext extends Environment {
  readonly mission: MissionImpact;
  /** Three phrases for a sentence: how the ECU is reached, what hangs on it, how the vehicle fares without it. */
  readonly because: readonly string[];
}

const neighbour: WayIn = { exposure: 'controlled', reach: 'remote', words: 'through a neighbour on its open network' };
const gateway: WayIn = { exposure: 'controlled', reach: 'remote', words: 'from the networks it joins' };
/** CVSS 3.1 s2.1.1: a limited administrative domain is adjacent, and the in-vehicle network is one. */
const behindGateway: WayIn = { exposure: 'small', reach: 'adjacent', words: 'only through a gateway (closed network)' };

/** What the rest of the vehicle does without the ECU. */
const missionWords: Readonly<Record<MissionImpact, string>> = {
  degraded: 'the vehicle drives on without it',
  'mef-support-crippled': 'the vehicle drives on with less support',
  'mef-failure': 'the drive must end without it',
  'mission-failure': 'the vehicle does not drive without it',
};

/** The ECU's function and place in the architecture as SSVC and CVSS see them, with the words for it. */
export function contextOf(place: EcuPlace): EcuContext {
  const way = wayInto(place);
  const duty = dutyOf(place.function);
  const safety = place.safetyFromTara ?? duty.safety;
  const name = knowsFunction(place.function) ? place.function : quote(place.function);
  const source = place.safetyFromTara !== undefined ? ' by the risk assessment' : '';
  return {
    exposure: way.exposure,
    reach: way.reach,
    safety,
    mission: duty.mission,
    because: [`reachable ${way.words}`, `${duty.because} (${name}, ${safety}${source})`, missionWords[duty.mission]],
  };
}

/**
 * The widest way in. A short-range interface does not make an ECU harder to reach than the bus it shares with the
 * modem, so the attacker is kept remote unless it is known that he cannot come over the bus.
 */
function wayInto({ network, openBus, gateway: joins, interfaces }: EcuPlace): WayIn {
  const own = widestWayIn(interfaces);
  if (own === undefined) return joins ? gateway : network === 'open' ? neighbour : behindGateway;
  const shared = joins || (network === 'open' && openBus !== false);
  return {
    exposure: own.exposure,
    reach: shared ? 'remote' : own.reach,
    words: joins ? `${own.words} and ${gateway.words}` : own.words,
  };
}
