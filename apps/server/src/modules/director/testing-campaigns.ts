import { hash } from 'node:crypto';
import type { Dossier } from '@bulkhead/contract';
import { publishedRelease } from '../updates/testing.ts';
import { campaignOf, definition } from '../updates/testing-campaign.ts';
import { image, roles, serialIn, type TestDirector, type TestVehicle } from './testing.ts';

export const contentOf = (role: string, version: number) => `${role} ${version}.0`;

/** A release with an image for each ECU of a vehicle, and a campaign that brings it to some vehicles. */
export async function startCampaign(
  it: TestDirector,
  version: number,
  filter: string,
  dossier: Partial<Dossier> = { consentRequired: false },
) {
  const items = [];
  for (const role of roles) {
    const content = contentOf(role, version);
    items.push({
      role,
      softwareId: await it.desk.software(`${role}-os`, `${version}.0`),
      sha256: hash('sha256', content, 'hex'),
      length: content.length,
      fileName: `${role}-${version}.bin`,
      hardwareIds: [`PN-${role}`],
      releaseCounter: version,
    });
  }
  const id = await publishedRelease(it.desk, { name: `Release ${version}`, items, dossier });
  const run = campaignOf(it.desk, it.db);
  return { items, run, id: await run.started(definition(id, { filter })) };
}

/** As if the vehicle had installed the images of a campaign. */
export function installAll(
  vehicle: TestVehicle,
  n: number,
  items: readonly { role: string; fileName: string; sha256: string; length: number }[],
): void {
  for (const { role, fileName, sha256, length } of items)
    vehicle.installed.set(serialIn(n, role as (typeof roles)[number]), image(fileName, sha256, length));
}
