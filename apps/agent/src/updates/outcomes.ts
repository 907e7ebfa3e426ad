import { type InstallationReport, UptaneError } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { Consent } from './consent.ts';
import type { createInstallations, InstallationEnd } from './installation.ts';
import type { FaultPoint } from './installer.ts';
import type { UpdateOffer } from './offer.ts';
import type { TellUpdate } from './update-events.ts';
import type { Installation, UpdateStore } from './update-store.ts';
import type { UserPort } from './user.ts';

export interface OutcomesOptions {
  readonly store: UpdateStore;
  readonly installations: ReturnType<typeof createInstallations>;
  readonly consent: Consent;
  readonly user: UserPort;
  readonly tell: TellUpdate;
  readonly reached: FaultPoint;
}

type Failure = Installation['failure'];
const mostEnded = 50;

/** How an attempt ends: for the Director, for the user, and so that it is not begun again. */
export function createOutcomes({ store, installations, consent, user, tell, reached }: OutcomesOptions) {
  /** The outcome, the end of the attempt and of the installation are one change on the medium. */
  function end(key: string, report: InstallationReport | null): void {
    const { ended, report: unsent } = store.record();
    store.change({
      installation: null,
      downloadFailures: null,
      report: report ?? unsent,
      ended: [...ended.filter((one) => one !== key), key].slice(-mostEnded),
    });
  }

  return Object.freeze({
    /** An attempt that ended before anything was activated. */
    gaveUp: (offer: UpdateOffer, serials: readonly string[], code: string, detail: string): void => {
      end(offer.key, reportOf(offer.correlationId, serials, { code, detail, serial: null }));
      user.inform({ offerKey: offer.key, success: false, code, detail, text: undefined });
    },

    /** Carries an installation to its end, or to where the ECU has to restart. */
    carryOut: async (
      installation: Installation,
      offer: UpdateOffer | undefined,
      blocked: () => string | undefined,
    ): Promise<{ end: InstallationEnd['end']; detail: string }> => {
      const last = await installations.proceed(installation, blocked);
      if (last.end === 'reboot') return { end: 'reboot', detail: 'the ECU has to restart' };
      const { failure, ecus, correlationId, key } = last.installation;
      const serials = ecus.map(({ serial }) => serial);
      end(key, reportOf(correlationId ?? undefined, serials, failure));
      reached('finished');
      for (const ecu of serials)
        tell('EcuInstallationCompleted', correlationId ?? undefined, { ecu, success: failure === null });
      const text = offer && (await consent.textOf(offer));
      const detail = failure?.detail ?? '';
      user.inform({ offerKey: key, success: failure === null, code: failure?.code ?? 'OK', detail, text });
      return { end: last.end, detail };
    },
  });
}
export type Outcomes = ReturnType<typeof createOutcomes>;

/** Codes of aktualizr's installation report. */
export function codeOf(error: unknown): string {
  if (error instanceof UptaneError)
    return error.code === 'uptane.drop-request' || error.code === 'uptane.slow-retrieval'
      ? 'DOWNLOAD_FAILED'
      : 'VERIFICATION_FAILED';
  if (!(error instanceof AgentError)) return 'INTERNAL_ERROR';
  return error.code === 'agent.platform-unreachable' ? 'DOWNLOAD_FAILED' : 'INSTALL_FAILED';
}

function reportOf(
  correlationId: string | undefined,
  serials: readonly string[],
  failure: Failure,
): InstallationReport | null {
  if (correlationId === undefined) return null;
  const success = failure === null;
  const [code, description] = failure ? [failure.code, failure.detail.slice(0, 1_000)] : ['OK', ''];
  const items = serials.map((serial) => {
    const isCause = success || failure.serial === null || failure.serial === serial;
    const own = isCause
      ? { code, description }
      : { code: 'OPERATION_CANCELLED', description: 'it went back with the others' };
    return { serial, success, ...own };
  });
  return { correlationId, success, code, description, rawReport: '', items };
}
