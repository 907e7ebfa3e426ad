import type { VerifiedImage } from '@bulkhead/uptane';
import type { Log } from '../log.ts';
import type { Consent } from './consent.ts';
import type { UpdatableEcu } from './ecu.ts';
import type { Gate } from './gate.ts';
import type { createInstallations } from './installation.ts';
import type { FaultPoint } from './installer.ts';
import type { DirectorLink } from './manifest.ts';
import { readOffer, type UpdateOffer } from './offer.ts';
import type { Outcomes } from './outcomes.ts';
import type { Preparation } from './preparation.ts';
import { slotImageOf } from './slot-image.ts';
import type { UpdateStore } from './update-store.ts';
import type { createVerification } from './verification.ts';

export interface CycleParts {
  readonly primary: UpdatableEcu;
  readonly ecuOf: (image: { readonly serial: string }) => UpdatableEcu;
  readonly store: UpdateStore;
  readonly director: DirectorLink;
  readonly verification: ReturnType<typeof createVerification>;
  readonly installations: ReturnType<typeof createInstallations>;
  readonly outcomes: Outcomes;
  readonly preparation: Preparation;
  readonly consent: Consent;
  readonly gate: Gate;
  readonly log: Log;
  readonly reached: FaultPoint;
}

/** How a cycle ended; `waiting` says for what. */
export interface CycleResult {
  readonly end: 'unreachable' | 'refused' | 'idle' | 'waiting' | 'failed' | 'installed' | 'rolled-back' | 'reboot';
  readonly detail: string;
}

const result = (end: CycleResult['end'], detail = ''): CycleResult => ({ end, detail });

/** The Primary's cycle (Uptane 5.4.2, requirement C5): manifest, time, metadata, images, Secondaries, report. */
export function createCycle(parts: CycleParts) {
  const { store, director, verification, preparation, consent, reached } = parts;

  return async (): Promise<CycleResult> => {
    if ((await recover(parts)) === 'reboot') return result('reboot');
    if (!(await director.register())) return result('unreachable', 'the Director could not be told of the ECUs');
    const sent = await director.sendManifest();
    if (sent !== 'taken') return result(sent);
    reached('manifest-sent');
    await consent.flush();
    await director.flushEvents();
    const outcome = await verification.run();
    reached('verified');
    if (outcome.failure) return result('failed', outcome.failure.message);
    const offer = offerOf(parts);
    if (!offer) return result('idle');
    const next = await follow(parts, offer, outcome.images);
    if (next.end === 'installed') preparation.dropFiles(outcome.images);
    if (store.record().report) await director.sendManifest();
    await director.flushEvents();
    return next;
  };
}

/** Ends what a loss of power or a restart has cut off. */
async function recover(parts: CycleParts): Promise<'done' | 'reboot'> {
  const { installation } = parts.store.record();
  if (!installation) return 'done';
  parts.log('info', { phase: installation.phase }, 'an installation is gone on with');
  const offer = offerOf(parts);
  const blocked = () => (offer ? parts.gate.install(offer) : 'the update is no longer known');
  const { end } = await parts.outcomes.carryOut(installation, offer, blocked);
  return end === 'reboot' ? 'reboot' : 'done';
}

function offerOf({ store, log }: CycleParts): UpdateOffer | undefined {
  try {
    return readOffer(store.trusted().director.targets);
  } catch (error) {
    log('warn', {}, `the offer cannot be used: ${String(error)}`);
    return undefined;
  }
}

async function follow(parts: CycleParts, offer: UpdateOffer, images: readonly VerifiedImage[]): Promise<CycleResult> {
  const { store, consent, preparation, log } = parts;
  if (store.record().ended.includes(offer.key)) return result('idle', 'this attempt has ended');
  if (offer.kind === 'wait') return result('waiting', 'the window is not open yet');
  if (offer.consentRequired || offer.kind === 'ask') {
    const decision = await consent.decided(offer);
    if (decision !== 'accepted') return result('waiting', `the user: ${decision ?? 'no decision yet'}`);
  }
  if (offer.kind === 'ask') return result('waiting', 'the Director has to hear of the consent');
  if (images.length === 0) return result('idle');
  await consent.announce(offer);
  const { end, detail } = await preparation.prepare(offer, images);
  if (end === 'ready') return install(parts, offer, images);
  if (end === 'waiting') log('info', { key: offer.key }, `the update waits: ${detail}`);
  return result(end, detail);
}

async function install(
  { primary, ecuOf, installations, outcomes, gate }: CycleParts,
  offer: UpdateOffer,
  images: readonly VerifiedImage[],
): Promise<CycleResult> {
  // the Primary last: it is needed until the others run
  const order = [...images].sort((a, b) => Number(a.serial === primary.serial) - Number(b.serial === primary.serial));
  const ecus = await Promise.all(
    order.map(async (image) => ({
      serial: image.serial,
      target: slotImageOf(image),
      before: (await ecuOf(image).standing()).running ?? null,
      activations: 0,
    })),
  );
  const { key, correlationId = null } = offer;
  const installation = installations.begin({ key, correlationId, phase: 'activating', ecus, failure: null });
  const { end, detail } = await outcomes.carryOut(installation, offer, () => gate.install(offer));
  return result(end, detail);
}
