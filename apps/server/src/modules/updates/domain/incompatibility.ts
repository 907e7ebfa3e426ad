import { type Incompatibility, incompatibilities } from '@bulkhead/contract';

export const isIncompatibility = (text: string): text is Incompatibility =>
  (incompatibilities as readonly string[]).includes(text);

/** In words, for the people who decide what to do about it. */
export function incompatibilityText(reason: Incompatibility, subject: string): string {
  switch (reason) {
    case 'model':
      return `The release is not for the model ${subject}`.trimEnd();
    case 'missing-ecu':
      return subject ? `There is no ECU with the role ${subject}` : 'An ECU that the release is for is missing';
    case 'hardware':
      return `No image fits the hardware of the ECU ${subject}`.trimEnd();
    case 'unknown-configuration':
      return `Nothing is known of the software on the ECU ${subject}`.trimEnd();
    case 'release-counter':
      return `The ECU ${subject} runs software with a higher release counter and would refuse to go back`.replace(
        '  ',
        ' ',
      );
    case 'requires':
      return subject ? `A requirement on ${subject} is not met` : 'A requirement on other software is not met';
    case 'conflicts':
      return `Installed software ${subject} is in conflict with the release`.replace('  ', ' ');
    case 'up-to-date':
      return 'The release is installed already';
  }
}
