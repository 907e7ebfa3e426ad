import { type Incompatibility, incompatibilities } from '@bulkhead/contract';

export const isIncompatibility = (text: string): text is Incompatibility =>
  (incompatibilities as readonly string[]).includes(text);

/** In words, for the people who decide what to do about it. */
export function incompatibilityText(reason: Incompatibility, subject: string): string {
  switch (reason) {
    case 'model':
      return `The release is not for the model ${subject}`.trimEnd();
    case 'missing-ecu':
      return `There is no ECU with the role ${subject}`;
    case 'hardware':
      return `No image fits the hardware of the ECU ${subject}`;
    case 'unknown-configuration':
      return `Nothing is known of the software on the ECU ${subject}`;
    case 'release-counter':
      return `The ECU ${subject} runs software with a higher release counter, to which it would refuse to go back`;
    case 'requires':
      return `A requirement on ${subject} is not met`;
    case 'conflicts':
      return `Installed ${subject} is in conflict with the release`;
    case 'up-to-date':
      return 'The release is installed already';
  }
}
