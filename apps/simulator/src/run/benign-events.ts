import type { EventInput } from '@bulkhead/agent';
import type { FleetVehicle } from '../fleet/build-fleet.ts';
import type { Random } from '../random.ts';

interface EventKind {
  readonly type: string;
  readonly severity: EventInput['severity'];
  /** How often among all events. */
  readonly weight: number;
  /** Role that notices it; the telematics unit reports it. */
  readonly seenBy?: readonly string[];
  readonly data?: (random: Random) => Record<string, unknown>;
}

const hex = (random: Random, digits: number) =>
  random
    .whole(0, 16 ** digits - 1)
    .toString(16)
    .padStart(digits, '0');
/** Addresses that documentation may use (RFC 5737). */
const address = (random: Random) => `198.51.100.${random.whole(1, 254)}`;

/** The everyday noise of a healthy fleet. */
const kinds: readonly EventKind[] = [
  {
    type: 'firewall.packet-dropped',
    severity: 'info',
    weight: 30,
    seenBy: ['cgw'],
    data: (random) => ({ source: address(random), port: random.pick([22, 23, 80, 443, 5555, 13400]), protocol: 'tcp' }),
  },
  { type: 'secure-boot.verified', severity: 'info', weight: 16, data: () => ({ stage: 'application' }) },
  {
    type: 'diag.session-opened',
    severity: 'info',
    weight: 12,
    seenBy: ['cgw'],
    data: (random) => ({ session: random.pick(['default', 'extended']), via: random.pick(['obd', 'doip']) }),
  },
  {
    type: 'can.unknown-id',
    severity: 'low',
    weight: 12,
    seenBy: ['cgw'],
    data: (random) => ({ bus: 'can-diag', id: `0x${hex(random, 3)}`, count: random.whole(1, 12) }),
  },
  {
    type: 'auth.failed',
    severity: 'low',
    weight: 10,
    seenBy: ['bcm'],
    data: (random) => ({ service: random.pick(['phone-key', 'key-fob']), attempts: random.whole(1, 2) }),
  },
  { type: 'wifi.pairing-refused', severity: 'low', weight: 6, data: () => ({ reason: 'wrong-passphrase' }) },
  {
    type: 'usb.device-refused',
    severity: 'info',
    weight: 6,
    seenBy: ['ivi', 'hmi'],
    data: (random) => ({ class: random.pick(['hid', 'storage', 'vendor']) }),
  },
  {
    type: 'can.bus-off-recovered',
    severity: 'info',
    weight: 4,
    seenBy: ['cgw'],
    data: () => ({ bus: 'can-body' }),
  },
  {
    type: 'diag.security-access-denied',
    severity: 'medium',
    weight: 3,
    seenBy: ['cgw'],
    data: (random) => ({ service: '0x27', level: random.whole(1, 5) }),
  },
  { type: 'clock.stepped', severity: 'info', weight: 1, data: (random) => ({ seconds: random.whole(-90, 90) }) },
];
const weighted = kinds.map((kind) => [kind, kind.weight] as const);

/** Something that one vehicle noticed. */
export function drawEvent(random: Random, { ecus }: FleetVehicle): EventInput {
  const { type, severity, seenBy, data } = random.pickWeighted(weighted);
  const witness = ecus.find(({ role }) => seenBy?.includes(role.id));
  return {
    type,
    severity,
    ...(witness ? { ecuSerial: witness.serial } : {}),
    ...(data ? { data: data(random) } : {}),
  };
}

export interface TimedEvent {
  /** Milliseconds since the start of the run. */
  readonly atMs: number;
  readonly vehicle: number;
  readonly event: EventInput;
}

/** The events of a whole fleet as one Poisson process: endless, and the same for the same seed. */
export function* eventStream(
  random: Random,
  vehicles: readonly [FleetVehicle, ...FleetVehicle[]],
  perVehicleAndHour: number,
): Generator<TimedEvent, void> {
  const meanMs = 3_600_000 / (perVehicleAndHour * vehicles.length);
  for (let atMs = random.exponential(meanMs); ; atMs += random.exponential(meanMs)) {
    const vehicle = random.whole(0, vehicles.length - 1);
    yield { atMs, vehicle, event: drawEvent(random, vehicles[vehicle] as FleetVehicle) };
  }
}
