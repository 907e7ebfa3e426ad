import type { Exposure } from '../ssvc/words.ts';
import type { Reach } from './environment.ts';

export interface WayIn {
  readonly exposure: Exposure;
  readonly reach: Reach;
  /** As it follows "reachable". */
  readonly words: string;
}

/**
 * The ways into an ECU, the widest first. Open: anyone, from afar or without being asked who they are. Controlled:
 * someone has to come near, pair or plug in. CVSS 3.1 s2.1.1 counts short-range radio and a limited domain as adjacent;
 * no ECU with an interface is farther away than that, as it also sits on the in-vehicle network.
 */
const waysIn: ReadonlyMap<string, WayIn> = new Map<string, WayIn>([
  ['cellular', { exposure: 'open', reach: 'remote', words: 'over cellular' }],
  ['v2x', { exposure: 'open', reach: 'adjacent', words: 'over V2X radio' }],
  ['wifi', { exposure: 'controlled', reach: 'adjacent', words: 'over Wi-Fi' }],
  ['bluetooth', { exposure: 'controlled', reach: 'adjacent', words: 'over Bluetooth' }],
  ['charging-port', { exposure: 'controlled', reach: 'adjacent', words: 'from the charging station' }],
  ['obd', { exposure: 'controlled', reach: 'adjacent', words: 'over the OBD port' }],
  ['ethernet-port', { exposure: 'controlled', reach: 'adjacent', words: 'over an Ethernet port' }],
  ['gnss', { exposure: 'controlled', reach: 'adjacent', words: 'by forged satellite signals' }],
  ['uwb', { exposure: 'controlled', reach: 'adjacent', words: 'over ultra-wideband radio' }],
  ['nfc', { exposure: 'controlled', reach: 'adjacent', words: 'over NFC' }],
  ['usb', { exposure: 'controlled', reach: 'adjacent', words: 'over USB' }],
]);

/** The widest of the ECU's own interfaces; one nobody has described counts as open to all. */
export function widestWayIn(interfaces: readonly string[]): WayIn | undefined {
  const unknown = interfaces.find((name) => !waysIn.has(name));
  if (unknown !== undefined)
    return { exposure: 'open', reach: 'remote', words: 'over an interface of unknown kind, the widest is assumed' };
  for (const [name, way] of waysIn) if (interfaces.includes(name)) return way;
  return undefined;
}
