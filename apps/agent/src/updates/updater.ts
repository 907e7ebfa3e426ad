import { type InstallationReport, UptaneError, type VerifiedImage } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { Log } from '../log.ts';
import { noteAttack } from './attack-notes.ts';
import type { Consent } from './consent.ts';
import type { ImageFile, UpdatableEcu } from './ecu.ts';
import { fileOf } from './fetch-images.ts';
import type { Gate } from './gate.ts';
import type { createInstallations, InstallationEnd } from './installation.ts';
import type { FaultPoint } from './installer.ts';
import type { DirectorLink } from './manifest.ts';
import { readOffer, type UpdateOffer } from './offer.ts';
import type { SecureTime } from './secure-time.ts';
import { isSameImage, slotImageOf } from './slot-image.ts';
import type { TellUpdate } from './update-events.ts';
import type { Installation, UpdateStore } from './update-store.ts';
import type { UserPort } from './user.ts';
import type { createVerification } from './verification.ts';

export interface UpdaterParts {
  readonly primary: UpdatableEcu;
  readonly ecus: ReadonlyMap<string, UpdatableEcu>;
  readonly store: UpdateStore;
  readonly director: DirectorLink;
  readonly verification: ReturnType<typeof createVerification>;
  readonly fetchImage: (image: VerifiedImage, mayGoOn: () => string | undefined) => Promise<ImageFile>;
  readonly installations: ReturnType<typeof createInstallations>;
  readonly consent: Consent;
  readonly gate: Gate;
  readonly user: UserPort;
  readonly time: SecureTime;
  readonly tell: TellUpdate;
  readonly log: Log;
  readonly reached: FaultPoint;
}

/** How a cycle ended; `waiting` says for what. */
export interface CycleResult {
  readonly end: 'unreachable' | 'refused' | 'idle' | 'waiting' | 'failed' | 'installed' | 'rolled-back' | 'reboot';
  readonly detail: string;
}

const mostEnded = 50;
/** Cycles in which a download may break off before the attempt counts as failed. */
const mostDownloadFailures = 5;
const result = (end: CycleResult['end'], detail = ''): CycleResult => ({ end, detail });

/** The Primary's cycle (Uptane 5.4.2, requirement C5): manifest, time, metadata, images, Secondaries, report. */
export function createCycle(parts: UpdaterParts) {
  const { primary, ecus, store, director, verification, installations, consent, gate, user, tell, log, reached } =
    parts;

  async function run(): Promise<CycleResult> {
    const before = await recover();
    if (before === 'reboot') return result('reboot');
    if (!(await director.register())) return result('unreachable', 'the Director could not be told of the ECUs');
    const sent = await director.sendManifest();
    if (sent !== 'taken') return result(sent);
    reached('manifest-sent');
    await consent.flush();
    await director.flushEvents();
    const outcome = await verification.run();
    reached('verified');
    if (outcome.failure) return result('failed', outcome.failure.message);
    const offer = readOfferSafely();
    if (!offer) return result('idle');
    const next = await follow(offer, outcome.images);
    if (next.end === 'installed' || next.end === 'rolled-back' || next.end === 'failed') await director.sendManifest();
    await director.flushEvents();
    return next;
  }

  /** Ends what a loss of power or a restart has cut off. */
  async function recover(): Promise<'done' | 'reboot'> {
    const { installation } = store.record();
    if (!installation) return 'done';
    log('info', { phase: installation.phase }, 'an installation is gone on with');
    const offer = readOfferSafely();
    const blocked = () => (offer ? gate.install(offer) : 'the update is no longer known');
    return (await carryOut(installation, offer, blocked)).end === 'reboot' ? 'reboot' : 'done';
  }

  function readOfferSafely(): UpdateOffer | undefined {
    try {
      return readOffer(store.trusted().director.targets);
    } catch (error) {
      log('warn', {}, `the offer cannot be used: ${String(error)}`);
      return undefined;
    }
  }

  async function follow(offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<CycleResult> {
    const { ended } = store.record();
    if (ended.includes(offer.key)) return result('idle', 'this attempt has ended');
    if (offer.kind === 'wait') return result('waiting', 'the window is not open yet');
    if (offer.consentRequired || offer.kind === 'ask') {
      const decision = await consent.decided(offer);
      if (decision !== 'accepted') return result('waiting', `the user: ${decision ?? 'no decision yet'}`);
    }
    if (offer.kind === 'ask') return result('waiting', 'the Director has to hear of the consent');
    if (images.length === 0) return result('idle');
    await consent.announce(offer);
    return prepare(offer, images);
  }

  async function prepare(offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<CycleResult> {
    try {
      const files = await fetchAll(offer, images);
      for (const image of images) {
        const why = gate.install(offer);
        if (why !== undefined) return pause(offer, why);
        await stage(offer, image, files.get(image.serial));
      }
    } catch (error) {
      return couldNotPrepare(offer, images, error);
    }
    return install(offer, images);
  }

  async function isStaged(image: VerifiedImage): Promise<boolean> {
    return isSameImage((await ecuOf(image).standing()).staged, slotImageOf(image));
  }

  async function fetchAll(offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<Map<string, ImageFile>> {
    const files = new Map<string, ImageFile>();
    for (const image of images) {
      if (await isStaged(image)) continue;
      tell('EcuDownloadStarted', offer.correlationId, { ecu: image.serial });
      files.set(image.serial, await parts.fetchImage(image, () => gate.download(offer)));
      tell('EcuDownloadCompleted', offer.correlationId, { ecu: image.serial, success: true });
      reached('downloaded');
    }
    return files;
  }

  /** Into the slot that does not run: what drives the vehicle stays as it is. */
  async function stage(offer: UpdateOffer, image: VerifiedImage, file: ImageFile | undefined): Promise<void> {
    if (!file) return;
    tell('EcuInstallationStarted', offer.correlationId, { ecu: image.serial });
    const time = parts.time.now() ?? new Date(0);
    await ecuOf(image).install(image, file, verification.metadata, time);
    reached('staged');
  }

  function ecuOf({ serial }: { readonly serial: string }): UpdatableEcu {
    const ecu = ecus.get(serial);
    if (!ecu) throw new AgentError('agent.install-failed', `There is no ECU ${serial} in this vehicle`);
    return ecu;
  }

  /** Nothing is lost: the next cycle goes on when the conditions hold again. */
  function pause(offer: UpdateOffer, why: string): CycleResult {
    log('info', { key: offer.key }, `the update waits: ${why}`);
    return result('waiting', why);
  }

  function couldNotPrepare(offer: UpdateOffer, images: readonly VerifiedImage[], error: unknown): CycleResult {
    if (error instanceof AgentError && error.code === 'agent.not-now') return pause(offer, error.message);
    noteAttack(store, error);
    const detail = error instanceof Error ? error.message : String(error);
    log('warn', { key: offer.key }, `the update could not be prepared: ${detail}`);
    const code = codeOf(error);
    if (code === 'DOWNLOAD_FAILED') {
      const { downloadFailures } = store.record();
      const count = downloadFailures?.key === offer.key ? downloadFailures.count + 1 : 1;
      store.change({ downloadFailures: { key: offer.key, count } });
      if (count < mostDownloadFailures) return result('failed', detail);
    }
    const serials = images.map(({ serial }) => serial);
    finish(offer.key, reportOf(offer.correlationId, serials, { code, detail, serial: null }));
    dropFiles(images);
    inform(offer.key, code, detail);
    return result('failed', detail);
  }

  async function install(offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<CycleResult> {
    const why = gate.install(offer);
    if (why !== undefined) return pause(offer, why);
    const order = [...images].sort((a, b) => Number(a.serial === primary.serial) - Number(b.serial === primary.serial));
    const entries = await Promise.all(
      order.map(async (image) => ({
        serial: image.serial,
        target: slotImageOf(image),
        before: (await ecuOf(image).standing()).running ?? null,
        activations: 0,
      })),
    );
    const installation = installations.begin({
      key: offer.key,
      correlationId: offer.correlationId ?? null,
      phase: 'activating',
      ecus: entries,
      failure: null,
    });
    const { end, detail } = await carryOut(installation, offer, () => gate.install(offer));
    if (end === 'installed') dropFiles(images);
    return result(end, detail);
  }

  async function carryOut(
    installation: Installation,
    offer: UpdateOffer | undefined,
    blocked: () => string | undefined,
  ): Promise<{ end: InstallationEnd['end']; detail: string }> {
    const ended = await installations.proceed(installation, blocked);
    if (ended.end === 'reboot') return { end: 'reboot', detail: 'the ECU has to restart' };
    const { failure, ecus: all, correlationId, key } = ended.installation;
    const report = reportOf(
      correlationId ?? undefined,
      all.map(({ serial }) => serial),
      failure,
    );
    finish(key, report);
    reached('finished');
    for (const { serial } of all)
      tell('EcuInstallationCompleted', correlationId ?? undefined, { ecu: serial, success: failure === null });
    const text = offer && (await consent.textOf(offer));
    const detail = failure?.detail ?? '';
    user.inform({ offerKey: key, success: failure === null, code: failure?.code ?? 'OK', detail, text });
    return { end: ended.end, detail };
  }

  /** The outcome, the end of the attempt and of the installation are one change on the medium. */
  function finish(key: string, report: InstallationReport | null): void {
    const { ended, report: unsent } = store.record();
    store.change({
      installation: null,
      downloadFailures: null,
      report: report ?? unsent,
      ended: [...ended.filter((one) => one !== key), key].slice(-mostEnded),
    });
  }

  function dropFiles(images: readonly VerifiedImage[]): void {
    for (const image of images) store.dropDownload(fileOf(image).hashes.get('sha256') ?? '');
  }

  function inform(offerKey: string, code: string, detail: string): void {
    user.inform({ offerKey, success: false, code, detail, text: undefined });
  }

  return Object.freeze({ run, recover });
}

/** Codes of aktualizr's installation report. */
function codeOf(error: unknown): string {
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
  failure: Installation['failure'],
): InstallationReport | null {
  if (correlationId === undefined) return null;
  const success = failure === null;
  const [code, description] = failure ? [failure.code, failure.detail.slice(0, 1_000)] : ['OK', ''];
  const items = serials.map((serial) => {
    const isCause = failure !== null && (failure.serial === null || failure.serial === serial);
    const own =
      success || isCause
        ? { code, description }
        : { code: 'OPERATION_CANCELLED', description: 'went back with the others' };
    return { serial, success, ...own };
  });
  return { correlationId, success, code, description, rawReport: '', items };
}
