import { hash } from 'node:crypto';
import type { DirectorCustom, UpdateInformation } from '@bulkhead/contract';
import { type DirectorTarget, expiryOf } from '@bulkhead/uptane';
import type { Assignment, Target } from '../../updates/index.ts';
import { type Installed, isImage } from './installed.ts';
import type { Served, ServedTarget } from './served.ts';

/** ECUs that one targets file has room for, with two hashes each (64 KiB, which every client takes). */
export const mostEcus = 168;

export interface VehicleFacts {
  readonly assignment: Assignment | undefined;
  /** Registered ECUs: hardware id by serial. */
  readonly hardware: ReadonlyMap<string, string>;
  readonly installed: Readonly<Record<string, Installed>>;
  /** Serials for which the vehicle was once served an image. */
  readonly named: readonly string[];
}

export interface Contents {
  readonly served: Served;
  /** Why an assignment cannot be served. The vehicle is then served as if it had none. */
  readonly fault: string | undefined;
  readonly information: { readonly sha256: string; readonly text: string } | undefined;
}

/** What a vehicle is to be served now (Uptane 5.3.2.1). All of an assignment or nothing of it: a part of a bundle helps nobody. */
export function contentsOf(facts: VehicleFacts): Contents {
  const { assignment } = facts;
  if (!assignment) return { served: idle(facts), fault: undefined, information: undefined };
  const targets = groupTargets(assignment.targets, facts.hardware);
  if (typeof targets === 'string') return { served: idle(facts), fault: targets, information: undefined };
  const information = informationOf(assignment);
  const { kind, correlationId, campaign, release } = assignment;
  const custom = customOf(assignment, information);
  // not yet to install: what stood in the targets before is taken back by naming what is installed
  const named = kind === 'install' ? targets : idle(facts).targets;
  return { served: { kind, correlationId, campaign, release, custom, targets: named }, fault: undefined, information };
}

/** Groups ECUs by image; the fault in words when they cannot be put into one targets file. */
function groupTargets(
  targets: readonly Target[],
  hardware: ReadonlyMap<string, string>,
): readonly ServedTarget[] | string {
  if (targets.length > mostEcus)
    return `${targets.length} ECUs are to be updated at once; metadata that every client takes has room for ${mostEcus}`;
  const images = new Map<string, ServedTarget & { ecus: { serial: string; hardwareId: string }[] }>();
  for (const target of targets) {
    const { ecuSerial: serial, fileName: filename, length, sha256, sha512, releaseCounter } = target;
    const hardwareId = hardware.get(serial);
    if (hardwareId === undefined) return `ECU ${serial} has not registered a key yet`;
    if (!target.hardwareIds.includes(hardwareId))
      return `ECU ${serial} registered as ${hardwareId}, the image is for ${target.hardwareIds.join(', ').slice(0, 300)}`;
    const image = images.get(filename);
    if (image && image.sha256 !== sha256) return `two images are named ${filename}`;
    if (image) image.ecus.push({ serial, hardwareId });
    else
      images.set(filename, {
        filename,
        length,
        sha256,
        releaseCounter,
        ...(sha512 === null ? {} : { sha512 }),
        ecus: [{ serial, hardwareId }],
      });
  }
  return [...images.values()];
}

/** Names what is installed on the ECUs that were ever named, or nothing. */
function idle({ named, installed, hardware }: VehicleFacts): Served {
  const byName = new Map<string, { image: Installed; ecus: { serial: string; hardwareId: string }[] } | undefined>();
  for (const serial of [...named].sort()) {
    const image = Object.hasOwn(installed, serial) ? installed[serial] : undefined;
    const hardwareId = hardware.get(serial);
    if (!image || hardwareId === undefined || !isImage(image)) continue;
    const known = byName.get(image.filename);
    if (known?.image.sha256 === image.sha256) known.ecus.push({ serial, hardwareId });
    // one name with two contents cannot be said in metadata
    else byName.set(image.filename, byName.has(image.filename) ? undefined : { image, ecus: [{ serial, hardwareId }] });
  }
  const targets = [...byName.values()].flatMap((entry) => (entry ? [targetOf(entry.image, entry.ecus)] : []));
  return { kind: targets.length > 0 ? 'installed' : 'none', targets };
}

const targetOf = (
  { filename, length, sha256, sha512, releaseCounter }: Installed,
  ecus: ServedTarget['ecus'],
): ServedTarget => ({
  filename,
  length,
  sha256,
  ecus,
  ...(sha512 === undefined ? {} : { sha512 }),
  ...(releaseCounter === undefined ? {} : { releaseCounter }),
});

function informationOf({ campaign, release, user }: Assignment) {
  const text = JSON.stringify({ campaign, release, user } satisfies UpdateInformation);
  return { text, sha256: hash('sha256', text, 'hex') };
}

function customOf(assignment: Assignment, { sha256, text }: { sha256: string; text: string }): DirectorCustom {
  const { kind, correlationId, campaignId, releaseId, consentRequired, workshopOnly, windowUntil } = assignment;
  return {
    format: 1,
    kind,
    correlationId,
    campaignId,
    releaseId,
    consentRequired,
    workshopOnly,
    preconditions: assignment.preconditions.map(({ signal, minimum }) => ({
      signal,
      ...(minimum === undefined ? {} : { minimumMilli: Math.round(minimum * 1000) }),
    })),
    window: windowUntil && expiryOf(windowUntil),
    information: { sha256, length: Buffer.byteLength(text) },
  };
}

/** What is signed, as the signer takes it. */
export const directorTargets = ({ targets }: Served): DirectorTarget[] =>
  targets.map(({ filename, length, sha256, sha512, releaseCounter, ecus }) => ({
    filename,
    length,
    releaseCounter,
    hashes: new Map([['sha256', sha256] as const, ...(sha512 === undefined ? [] : [['sha512', sha512] as const])]),
    ecus: new Map(ecus.map(({ serial, hardwareId }) => [serial, { hardwareId }])),
  }));

/** Equal for equal contents. */
export const digestOf = (served: Served): Buffer => hash('sha256', JSON.stringify(served), 'buffer');
