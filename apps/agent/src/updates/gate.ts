import type { KeyObject } from 'node:crypto';
import type { UpdateOffer } from './offer.ts';
import { isAboutNetwork, unmet, type VehicleState } from './preconditions.ts';
import type { SecureTime } from './secure-time.ts';
import { checkWorkshopToken } from './workshop-token.ts';

export interface GateOptions {
  readonly vin: string;
  readonly vehicle: VehicleState;
  readonly time: SecureTime;
  readonly workshopKeys: readonly KeyObject[];
  /** The token a technician has presented, if any. */
  readonly workshopToken: () => string | undefined;
}

/** Whether installing is allowed at this instant; asked before each step, so that it ends the moment a condition fails. */
export function createGate({ vin, vehicle, time, workshopKeys, workshopToken }: GateOptions) {
  function workshop({ workshopOnly, campaignId }: UpdateOffer): string | undefined {
    if (!workshopOnly) return undefined;
    const text = workshopToken();
    const now = time.now();
    if (text === undefined || now === undefined) return 'a technician has to be present (UN R156 7.1.4.2)';
    const token = readToken(text, { vin, campaign: campaignId, now });
    return 'fault' in token ? `the technician's token does not open this update: ${token.fault}` : undefined;
  }

  const readToken = (text: string, expected: Parameters<typeof checkWorkshopToken>[1]) => {
    try {
      return checkWorkshopToken(text, expected, workshopKeys);
    } catch {
      return { fault: 'it cannot be read' };
    }
  };

  return Object.freeze({
    /** In words why not to download now. */
    download: ({ preconditions }: UpdateOffer): string | undefined =>
      words(unmet(preconditions.filter(isAboutNetwork), vehicle.read())),
    /** In words why not to install, or to go on, now. */
    install: (offer: UpdateOffer): string | undefined => {
      const { window, preconditions } = offer;
      const now = time.now();
      if (window && now && now.getTime() >= window.getTime()) return 'the window for it is closed';
      return (
        words(
          unmet(
            preconditions.filter((one) => !isAboutNetwork(one)),
            vehicle.read(),
          ),
        ) ?? workshop(offer)
      );
    },
  });
}
export type Gate = ReturnType<typeof createGate>;

const words = (missing: readonly string[]) =>
  missing.length === 0 ? undefined : `the vehicle is not ready: ${missing.join(', ')}`;
