import type { KeyObject } from 'node:crypto';
import type { Signer } from '@bulkhead/uptane';
import type { State } from '../state.ts';
import type { Installer } from './installer.ts';
import type { HealthCheck } from './primary-ecu.ts';

export interface SecondaryOptions {
  readonly vin: string;
  readonly serial: string;
  readonly hardwareId: string;
  readonly signer: Signer;
  readonly decryptionKey?: KeyObject;
  readonly installer: Installer;
  readonly health: HealthCheck;
  /** Full: all roles of both repositories. Partial: the Director's root and targets (requirement C1). */
  readonly verification: 'partial' | 'full';
  /** What it was built with (requirement C4); the Image repository's is for full verification. */
  readonly roots: { readonly director: Uint8Array; readonly image: Uint8Array };
  readonly state: Pick<State, 'directory' | 'durable' | 'sealingKey'>;
}
