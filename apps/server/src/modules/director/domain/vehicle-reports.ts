import { installationCodes } from '@bulkhead/contract';
import type { InstallationReport } from '@bulkhead/uptane';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { VehicleReport } from '../../updates/index.ts';

const codes: ReadonlyMap<string, (typeof installationCodes)[keyof typeof installationCodes]> = new Map(
  Object.entries(installationCodes),
);

/** How an installation ended, for the campaign; foreign codes count as failures inside the vehicle. */
export function installationOf(vin: string, at: Date, report: InstallationReport): VehicleReport {
  const { correlationId, success, code, description, items } = report;
  const meaning = codes.get(code) ?? 'internal-error';
  const failed = items.find((item) => !item.success);
  const base = { vin, at, correlationId, detail: description === '' ? code : `${code}: ${description}` };
  if (success && meaning === 'installed') return { ...base, event: 'installed' };
  const ecu = failed ? { ecuSerial: failed.serial } : {};
  if (meaning === 'rolled-back') return { ...base, ...ecu, event: 'rolled-back' };
  // pending: installed, and the reboot that completes it is still to come
  if (code === 'NEED_COMPLETION') return { ...base, event: 'install-started' };
  return { ...base, ...ecu, event: 'failed', cause: meaning === 'installed' ? 'install-failed' : meaning };
}

/** One event as aktualizr sends it; what is not known is skipped. */
const DeviceEvent = Type.Object({
  id: Type.String({ maxLength: 128 }),
  deviceTime: Type.Optional(Type.String({ maxLength: 40 })),
  eventType: Type.Object({ id: Type.String({ maxLength: 100 }) }),
  event: Type.Object({
    correlationId: Type.Optional(Type.String({ maxLength: 200 })),
    campaignId: Type.Optional(Type.String({ maxLength: 200 })),
    ecu: Type.Optional(Type.String({ maxLength: 64 })),
    success: Type.Optional(Type.Boolean()),
    details: Type.Optional(Type.String({ maxLength: 2_000 })),
  }),
});
const compiled = Compile(DeviceEvent);

const meanings: ReadonlyMap<string, VehicleReport['event']> = new Map([
  ['EcuDownloadStarted', 'download-started'],
  ['EcuDownloadCompleted', 'downloaded'],
  ['EcuInstallationStarted', 'install-started'],
  ['EcuInstallationApplied', 'install-started'],
  ['campaign_accepted', 'consent'],
  ['campaign_declined', 'deny'],
  ['campaign_postponed', 'defer'],
] as const);

/**
 * Events as reports for campaigns, in their order; undefined when they are no list. That an ECU has completed its installation
 * says nothing about the bundle: the installation report and the manifest do, so it is not taken as the end. A failed
 * download is: nothing is installed after it.
 */
export function reportsOfEvents(vin: string, at: Date, body: unknown): VehicleReport[] | undefined {
  if (!Array.isArray(body)) return undefined;
  return body.flatMap((one: unknown): VehicleReport[] => {
    if (!compiled.Check(one)) return [];
    const { eventType, event } = one as Static<typeof DeviceEvent>;
    const { correlationId, ecu, success, details } = event;
    const meaning = meanings.get(eventType.id);
    const base = {
      vin,
      at,
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(ecu === undefined ? {} : { ecuSerial: ecu }),
      ...(details === undefined ? {} : { detail: details }),
    };
    if (eventType.id === 'EcuDownloadCompleted' && success === false)
      return [{ ...base, event: 'failed', cause: 'download-failed' }];
    return meaning === undefined ? [] : [{ ...base, event: meaning }];
  });
}
