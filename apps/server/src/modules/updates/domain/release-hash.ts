import { createHash } from 'node:crypto';
import type { Dossier, ReleaseRule } from '@bulkhead/contract';
import { canonicalJson, type Json } from '@bulkhead/kernel';

export interface HashedRelease {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly security: boolean;
  readonly models: readonly string[];
  readonly items: readonly {
    readonly role: string;
    readonly software_id: string;
    readonly software: string;
    readonly version: string;
    readonly from_software_id: string | null;
    readonly sha256: Buffer;
    readonly sha512: Buffer | null;
    readonly length: number | string;
    readonly file_name: string;
    readonly hardware_ids: readonly string[];
    readonly release_counter: number | string;
  }[];
  readonly rules: readonly ReleaseRule[];
  readonly fixes: readonly string[];
  readonly rxswins: readonly string[];
  readonly dossier: Dossier;
}

/**
 * What sign-off and approvals are bound to (UN R156 7.1.2.5 i): SHA-256 over everything that is said and shipped, in
 * canonical JSON, so that the order of lists that are sets and of members does not matter and nothing else can change.
 */
export function releaseHash(release: HashedRelease): Buffer {
  const items = release.items.map((item) => ({
    role: item.role,
    softwareId: item.software_id,
    software: item.software,
    version: item.version,
    fromSoftwareId: item.from_software_id,
    sha256: item.sha256.toString('hex'),
    sha512: item.sha512?.toString('hex') ?? null,
    length: String(item.length),
    fileName: item.file_name,
    hardwareIds: item.hardware_ids.toSorted(),
    releaseCounter: String(item.release_counter),
  }));
  const content = {
    id: release.id,
    name: release.name,
    description: release.description,
    security: release.security,
    rules: release.rules,
    dossier: release.dossier,
    items: items.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
    models: release.models.toSorted(),
    fixes: release.fixes.toSorted(),
    rxswins: release.rxswins.toSorted(),
  };
  return createHash('sha256')
    .update('bulkhead release 1\n')
    .update(canonicalJson(content as unknown as Json))
    .digest();
}
