import { UptaneError } from '@bulkhead/uptane';
import { AgentError } from '../error.ts';
import { ownReport } from './primary-ecu.ts';
import { decodeFrame, encodeFrame, type SecondaryAnswer, type SecondaryRequest } from './secondary-frames.ts';
import { createSecondaryImage } from './secondary-image.ts';
import type { SecondaryOptions } from './secondary-options.ts';
import { openSecondaryStore } from './secondary-store.ts';
import { createSecondaryVerifier } from './secondary-verifier.ts';

const failureOf = (error: unknown): SecondaryAnswer => {
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const place = error instanceof UptaneError ? error.place.slice(0, 100) : '';
  const code = error instanceof UptaneError || error instanceof AgentError ? error.code : 'agent.install-failed';
  return { failure: { code, place, detail } };
};

/**
 * A Secondary: answers its Primary, message by message, and believes only what is signed. It never sends anything by itself,
 * so it runs behind any bus that carries questions and answers.
 */
export function createSecondary(options: SecondaryOptions) {
  const { serial, signer, installer, health } = options;
  const store = openSecondaryStore(options);
  const verifier = createSecondaryVerifier(options, store);
  const image = createSecondaryImage(options, store, verifier.expected);

  async function answer(request: SecondaryRequest, payload: Buffer): Promise<SecondaryAnswer | Uint8Array> {
    switch (request.op) {
      case 'standing': {
        const { running, onTrial, staged } = await installer.standing();
        return { standing: { onTrial, ...(running ? { running } : {}), ...(staged ? { staged } : {}) } };
      }
      case 'report':
        return report(request.time);
      case 'verify':
        return verifier.begin(request.time, request.ecus);
      case 'file':
        return verifier.file(request, payload);
      case 'image-state':
        return image.state();
      case 'image':
        return image.take(request.offset, payload);
      case 'image-end':
        return image.end();
      case 'activate':
        return { restart: await installer.activate() };
      case 'health':
        return { healthy: await health((await installer.standing()).running, AbortSignal.timeout(60_000)) };
      case 'confirm':
        await installer.confirm();
        return {};
      case 'roll-back':
        return { restart: await installer.rollBack() };
      default:
        throw new AgentError('agent.bad-frame', 'This Secondary does not know the request');
    }
  }

  async function report(time: string | null): Promise<Uint8Array> {
    const { running } = await installer.standing();
    const context = { time: time === null ? undefined : new Date(time), counter: store.nextCounter() };
    return ownReport(serial, running, { ...context, attacks: store.attack() }, signer);
  }

  return Object.freeze({
    /** One message of the Primary, answered; a message that cannot be read is answered too. */
    handle: async (message: Uint8Array): Promise<Uint8Array> => {
      try {
        const { header, payload } = decodeFrame<SecondaryRequest>(message);
        const said = await answer(header, payload);
        return said instanceof Uint8Array ? encodeFrame({}, said) : encodeFrame(said);
      } catch (error) {
        return encodeFrame(failureOf(error));
      }
    },
  });
}
export type Secondary = ReturnType<typeof createSecondary>;
