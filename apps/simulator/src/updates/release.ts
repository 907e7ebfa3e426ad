import type { Client, ReleaseDetail } from '@bulkhead/contract';
import { models } from '../fleet/models.ts';
import { buildSbom } from '../sboms/build-sbom.ts';
import { listImages } from './ceremony.ts';
import { unitDossier } from './dossier.ts';
import type { OfflineKeys } from './offline-keys.ts';
import type { People } from './people.ts';
import { sendImage, targetOf, type UnitImage, unitHardware, unitImage, unitProgram } from './unit-images.ts';

export interface ReleaseOptions {
  readonly people: People;
  readonly keys: OfflineKeys;
  readonly now: () => Date;
  readonly log: (line: string) => void;
}

export interface NewRelease {
  readonly version: string;
  /** Ends the purpose of the dossier; empty for a first release. */
  readonly correction: string;
  readonly fixes: readonly string[];
}

export const releaseName = (version: string) => `Telematics ${version}`;

/** Takes a release from the first word to publication, from wherever it stands. Answers its id. */
export async function shipRelease(options: ReleaseOptions, wanted: NewRelease): Promise<string> {
  const { author, verifier, approver } = options.people;
  const name = releaseName(wanted.version);
  let release = await draftOf(author, name);
  if (release.state === 'draft') release = await write(options, release, wanted);
  const params = { id: release.id };
  const { hash } = release;
  if (release.state === 'in-verification') {
    if (release.signOff === null)
      await verifier.signOffRelease({ params, body: { hash, comment: 'Reports read, bench seen.', passed: true } });
    for (const person of [verifier, approver]) release = await approve(person, params.id, hash);
  }
  if (release.state === 'approved') {
    release = await approver.publishRelease({ params, body: { hash } });
    options.log(
      `release ${name} is written, verified, approved by two people and published; it fixes ${wanted.fixes[0]}`,
    );
  }
  return release.id;
}

/** Whoever is new agrees; one approval of a former run counts too. */
async function approve(person: Client, id: string, hash: string): Promise<ReleaseDetail> {
  const params = { id };
  const release = await person.getRelease({ params });
  if (release.state !== 'in-verification') return release;
  return person.approveRelease({ params, body: { hash, comment: 'Agreed.' } });
}

async function draftOf(author: Client, name: string): Promise<ReleaseDetail> {
  const { items } = await author.listReleases({ query: { filter: `name = "${name}"`, limit: 1 } });
  const [known] = items;
  if (known) return author.getRelease({ params: { id: known.id } });
  return author.createRelease({ body: { name, security: true } });
}

async function write(
  { people: { author }, keys, now }: ReleaseOptions,
  { id, name }: ReleaseDetail,
  { version, correction, fixes }: NewRelease,
): Promise<ReleaseDetail> {
  const image = unitImage(version);
  const softwareId = await registered(author, image);
  await sendImage(author, image);
  await listImages(author, keys, new Map([[image.fileName, targetOf(image)]]), now());
  const before = await softwareNamed(author, unitProgram.versions.at(-1) ?? '');
  const { fileName, length, sha256, sha512, releaseCounter } = image;
  const item = {
    role: 'tcu',
    softwareId,
    fileName,
    length,
    sha256,
    sha512,
    releaseCounter,
    hardwareIds: [unitHardware],
  };
  await author.putReleaseContents({
    params: { id },
    body: {
      name,
      description: `System of the telematics unit, version ${version}.${correction}`,
      security: true,
      models: models.map(({ code }) => code),
      items: [{ ...item, ...(before ? { fromSoftwareId: before } : {}) }],
      rules: [],
      fixes: [...fixes],
    },
  });
  await author.putReleaseDossier({ params: { id }, body: unitDossier(version, correction) });
  return author.submitRelease({ params: { id }, body: {} });
}

async function softwareNamed(client: Client, version: string): Promise<string | undefined> {
  const filter = `name = "${unitProgram.name}" and version = "${version}"`;
  return (await client.listSoftware({ query: { filter, limit: 1 } })).items[0]?.id;
}

/** The version in the inventory, with its SBOM. */
async function registered(client: Client, { version, sha256 }: UnitImage): Promise<string> {
  const known = await softwareNamed(client, version);
  if (known !== undefined) return known;
  const { name, supplier, function: purpose } = unitProgram;
  const { id } = await client.createSoftware({ body: { name, version, supplier, function: purpose, sha256 } });
  const contentType = 'application/vnd.cyclonedx+json';
  await client.uploadSbom({ params: { id }, content: buildSbom(unitProgram, version), contentType });
  return id;
}
