import type { VerifiedImage } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import type { Log } from '../log.ts';
import { noteAttack } from './attack-notes.ts';
import type { ImageFile, MetadataSource, UpdatableEcu } from './ecu.ts';
import { fileOf } from './fetch-images.ts';
import type { Gate } from './gate.ts';
import type { FaultPoint } from './installer.ts';
import type { UpdateOffer } from './offer.ts';
import { codeOf, type Outcomes } from './outcomes.ts';
import type { SecureTime } from './secure-time.ts';
import { isSameImage, slotImageOf } from './slot-image.ts';
import type { TellUpdate } from './update-events.ts';
import type { UpdateStore } from './update-store.ts';

export interface PreparationOptions {
  readonly ecuOf: (image: { readonly serial: string }) => UpdatableEcu;
  readonly store: UpdateStore;
  readonly metadata: MetadataSource;
  readonly fetchImage: (image: VerifiedImage, mayGoOn: () => string | undefined) => Promise<ImageFile>;
  readonly outcomes: Outcomes;
  readonly gate: Gate;
  readonly time: SecureTime;
  readonly tell: TellUpdate;
  readonly log: Log;
  readonly reached: FaultPoint;
}

/** `waiting`: nothing is lost, the next cycle goes on when the conditions hold again. */
export type Prepared = { readonly end: 'ready' | 'waiting' | 'failed'; readonly detail: string };

/** Cycles in which a download may break off before the attempt counts as failed. */
const mostDownloadFailures = 5;

/** Brings all images of an update into the slots that do not run: what drives the vehicle stays as it is. */
export function createPreparation(options: PreparationOptions) {
  const { ecuOf, store, metadata, fetchImage, outcomes, gate, time, tell, log, reached } = options;

  const isStaged = async (image: VerifiedImage) =>
    isSameImage((await ecuOf(image).standing()).staged, slotImageOf(image));

  async function fetchAll(offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<Map<string, ImageFile>> {
    const files = new Map<string, ImageFile>();
    for (const image of images) {
      if (await isStaged(image)) continue;
      tell('EcuDownloadStarted', offer.correlationId, { ecu: image.serial });
      files.set(image.serial, await fetchImage(image, () => gate.download(offer)));
      tell('EcuDownloadCompleted', offer.correlationId, { ecu: image.serial, success: true });
      reached('downloaded');
    }
    return files;
  }

  async function stage(offer: UpdateOffer, image: VerifiedImage, file: ImageFile | undefined): Promise<void> {
    if (!file) return;
    tell('EcuInstallationStarted', offer.correlationId, { ecu: image.serial });
    await ecuOf(image).install(image, file, metadata, time.now() ?? new Date(0));
    reached('staged');
  }

  function couldNot(offer: UpdateOffer, images: readonly VerifiedImage[], error: unknown): Prepared {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof AgentError && error.code === 'agent.not-now') return { end: 'waiting', detail };
    noteAttack(store, error);
    log('warn', { key: offer.key }, `the update could not be prepared: ${detail}`);
    const code = codeOf(error);
    if (code === 'DOWNLOAD_FAILED' && countFailure(offer) < mostDownloadFailures) return { end: 'failed', detail };
    outcomes.gaveUp(
      offer,
      images.map(({ serial }) => serial),
      code,
      detail,
    );
    dropFiles(images);
    return { end: 'failed', detail };
  }

  function countFailure({ key }: UpdateOffer): number {
    const { downloadFailures } = store.record();
    const count = downloadFailures?.key === key ? downloadFailures.count + 1 : 1;
    store.change({ downloadFailures: { key, count } });
    return count;
  }

  function dropFiles(images: readonly VerifiedImage[]): void {
    for (const image of images) store.dropDownload(fileOf(image).hashes.get('sha256') ?? '');
  }

  return Object.freeze({
    dropFiles,
    prepare: async (offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<Prepared> => {
      try {
        const files = await fetchAll(offer, images);
        for (const image of images) {
          const why = gate.install(offer);
          if (why !== undefined) return { end: 'waiting', detail: why };
          await stage(offer, image, files.get(image.serial));
        }
      } catch (error) {
        return couldNot(offer, images, error);
      }
      const why = gate.install(offer);
      return why === undefined ? { end: 'ready', detail: '' } : { end: 'waiting', detail: why };
    },
  });
}
export type Preparation = ReturnType<typeof createPreparation>;
