import type { UpdateOffer } from './offer.ts';

/** What the user is told before (UN R156 7.2.2.2 a to e); the members of the release's dossier. */
export interface UserText {
  readonly campaign: string;
  readonly release: string;
  readonly user: {
    readonly purpose: string;
    readonly criticality: string;
    readonly changes: string;
    readonly durationMinutes: number | null;
    readonly unavailable: string;
    readonly instructions: string;
  };
}

export interface UserDecision {
  readonly decision: 'accepted' | 'denied' | 'postponed';
  /** Postponed: when to ask again. */
  readonly until?: Date;
}

/** How an update went, for the user (UN R156 7.2.2.4). */
export interface UpdateResult {
  readonly offerKey: string;
  readonly success: boolean;
  readonly code: string;
  readonly detail: string;
  readonly text: UserText | undefined;
}

/** The screen of the vehicle. */
export interface UserPort {
  /** Told before anything is installed, also when nobody has to agree. */
  announce(offer: UpdateOffer, text: UserText | undefined): void;
  /** Asks; undefined while there is no answer. It is called again at each cycle, so it must not wait for a person. */
  decide(offer: UpdateOffer, text: UserText | undefined): UserDecision | undefined;
  inform(result: UpdateResult): void;
}

/** A vehicle without a screen: what needs consent never begins. */
export const noUser: UserPort = Object.freeze({
  announce: () => {},
  decide: () => undefined,
  inform: () => {},
});
