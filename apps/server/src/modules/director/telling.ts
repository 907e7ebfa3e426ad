import { ConsentReport } from '@bulkhead/contract';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { inTransaction } from '../../platform/db/database.ts';
import type { Device } from '../identity/index.ts';
import type { VehicleReport } from '../updates/index.ts';
import type { DirectorDeps } from './deps.ts';
import { Refusal } from './domain/error.ts';
import { reportsOfEvents } from './domain/vehicle-reports.ts';

const compiled = Compile(ConsentReport);
const events = { accepted: 'consent', denied: 'deny', postponed: 'defer' } as const;
const mostEvents = 1_000;

/** What users decide and what devices tell on the way; both go to the campaign, which keeps them. */
export function createTelling({ db, clock, assignments }: DirectorDeps) {
  const report = async (reports: readonly VehicleReport[]) => {
    if (reports.length > 0) await inTransaction(db, (tx) => assignments.report(reports, tx));
  };
  return Object.freeze({
    /** @throws Refusal `bad_request` */
    consent: async ({ vin }: Device, body: unknown): Promise<void> => {
      if (!compiled.Check(body)) throw new Refusal('bad_request', 'The body is not a decision of a user');
      const { correlationId, decision, at, until, informationSha256 } = body as Static<typeof ConsentReport>;
      const shown = informationSha256 === undefined ? '' : `; shown: ${informationSha256}`;
      await report([
        {
          vin,
          correlationId,
          event: events[decision],
          at: clock.now(),
          detail: `decided at ${at} by the clock of the vehicle${shown}`,
          ...(until === undefined || Number.isNaN(Date.parse(until)) ? {} : { until: new Date(until) }),
        },
      ]);
    },

    /** @throws Refusal `bad_request`, `too_large`: clients then send fewer at a time */
    events: async ({ vin }: Device, body: unknown): Promise<void> => {
      if (Array.isArray(body) && body.length > mostEvents)
        throw new Refusal('too_large', `At most ${mostEvents} events at once`);
      const reports = reportsOfEvents(vin, clock.now(), body);
      if (!reports) throw new Refusal('bad_request', 'The body is no list of events');
      await report(reports);
    },
  });
}
