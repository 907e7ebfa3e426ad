import { ApiProblem, type Client } from '@bulkhead/contract';
import { noExtra, type Target } from '@bulkhead/uptane';
import { telematics } from '../fleet/parts.ts';
import { programNamed, releasesOf } from '../fleet/software.ts';
import { imageOf } from './images.ts';

/** One image of the telematics unit's system. */
export interface UnitImage {
  readonly version: string;
  readonly fileName: string;
  readonly content: Buffer;
  readonly length: number;
  readonly sha256: string;
  readonly sha512: string;
  /** Grows with each version: a unit never goes back to a lower one (Uptane 5.4.3.3). */
  readonly releaseCounter: number;
}

export const unitProgram = programNamed('tcu-os');
const versions: readonly string[] = [
  ...releasesOf(unitProgram),
  ...(unitProgram.correction === undefined ? [] : [unitProgram.correction]),
];
/** As releases, the Image repository and the unit itself name the hardware. */
export const unitHardware = telematics.partNumber;

export function unitImage(version: string): UnitImage {
  const { image, content } = imageOf(unitProgram.name, version);
  const { filename: fileName, length, sha256, sha512 = '' } = image;
  return { version, fileName, content, length, sha256, sha512, releaseCounter: versions.indexOf(version) + 1 };
}

export const targetOf = ({ length, sha256, sha512, releaseCounter }: UnitImage): Target => ({
  length,
  hashes: new Map([
    ['sha256', sha256],
    ['sha512', sha512],
  ]),
  custom: {
    hardwareIds: [unitHardware],
    releaseCounter,
    targetFormat: 'BINARY',
    ecus: undefined,
    uri: undefined,
    shallMatch: undefined,
    extra: noExtra,
  },
  extra: noExtra,
});

/** Sends the bytes of an image unless the repository holds them. */
export async function sendImage(client: Client, image: UnitImage): Promise<void> {
  const { fileName, length, sha256, sha512, content } = image;
  try {
    const { id } = await client.createImageUpload({
      body: { fileName, role: 'targets', hardwareIds: [unitHardware], length, sha256, sha512 },
    });
    const query = { offset: 0 };
    await client.appendImageUpload({ params: { id }, query, content: new Uint8Array(content) });
    await client.completeImageUpload({ params: { id }, body: {} });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'images.exists') throw error;
  }
}
