import type { EventSeverity, SecurityEvent } from '@bulkhead/contract';
import type { Db } from '../../platform/db/database.ts';
import { createRateLimit } from '../../platform/http/rate-limit.ts';
import type { Device } from '../identity/index.ts';
import type { DirectorDeps } from './deps.ts';
import { createDirectorStore } from './store.ts';

/** No ECU counts its starts this far: events of the Director are told from those of the device by it. */
const directorBoot = 0xffff_ffff;

export interface Observation {
  readonly type: `uptane.${string}`;
  readonly severity: EventSeverity;
  readonly ecuSerial?: string | undefined;
  readonly data: Readonly<Record<string, string | number>>;
}

/** Tells monitoring what the Director sees of a vehicle; a vehicle that repeats itself does not fill the log. */
export function createSecurityEvents(deps: DirectorDeps) {
  const mayTell = createRateLimit(deps.clock, { burst: 20, perMinute: 2, capacity: 100_000 });
  return async (tx: Db, device: Device, observations: readonly Observation[]): Promise<void> => {
    const told = observations.filter(({ type }) => {
      deps.metrics.count('director_observations_total', { type });
      return mayTell(`${device.vin} ${type}`);
    });
    if (told.length === 0) return;
    const numbers = await createDirectorStore(tx).eventNumbers(told.length);
    const at = deps.clock.now();
    const message = told.map(
      ({ type, severity, ecuSerial, data }, i): SecurityEvent => ({
        boot: directorBoot,
        seq: numbers[i] ?? 0,
        at: at.toISOString(),
        type,
        severity,
        ...(ecuSerial === undefined || !/^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/.test(ecuSerial) ? {} : { ecuSerial }),
        data,
      }),
    );
    await deps.monitoring.eventSink.store(tx, [{ device, message, receivedAt: at }]);
  };
}
export type SecurityEvents = ReturnType<typeof createSecurityEvents>;
