import { componentKeysOf } from '@bulkhead/advisories';
import { contextOf } from '@bulkhead/scoring';
import type { Db } from '../../platform/db/database.ts';
import { createComponentStore, type PlaceRow } from './component-store.ts';
import type { SbomContents, SoftwarePlaces, VulnerabilityDeps } from './deps.ts';
import { identityOf } from './match-views.ts';
import { createRecordStore } from './record-store.ts';

/** Takes what a software version contains from the inventory; new components are queued to be matched. */
export async function loadSoftware(
  tx: Db,
  { fleet, clock }: Pick<VulnerabilityDeps, 'fleet' | 'clock'>,
  softwareIds: readonly string[],
): Promise<void> {
  const touched: string[] = [];
  for (const softwareId of softwareIds) {
    const contents = await fleet.sbomOf(softwareId);
    if (contents) touched.push(...(await storeContents(tx, contents, clock.now())));
  }
  await refreshPlaces(tx, fleet, softwareIds);
  await createRecordStore(tx).enqueue('context', [...new Set(touched)]);
}

async function storeContents(tx: Db, { software, sbomId, components }: SbomContents, now: Date): Promise<string[]> {
  const store = createComponentStore(tx);
  const rows = components.map((component) => ({
    ...component,
    hashes: undefined,
    keys: [...new Set(componentKeysOf(identityOf(component)))],
  }));
  const unmatched = await store.upsert(rows, now);
  const touched = await store.setUses(software, sbomId, components);
  await createRecordStore(tx).enqueue('component', unmatched);
  // what is matched for the first time is placed at the same time
  const first = new Set(unmatched);
  return touched.filter((id) => !first.has(id));
}

/** A version that nobody runs yet is weighed by what it is for. */
function placesOf({ softwareId, function: purpose, roles }: SoftwarePlaces): PlaceRow[] {
  const nowhere = {
    model: '',
    role: '',
    name: '',
    function: purpose,
    network: 'closed',
    gateway: false,
    interfaces: [],
  } as const;
  return (roles.length > 0 ? roles : [nowhere]).map(
    ({ model, role, name, network, gateway, interfaces, openBus, ...rest }: SoftwarePlaces['roles'][number]) => ({
      softwareId,
      model,
      role,
      name,
      function: rest.function,
      context: contextOf({
        function: rest.function,
        network,
        gateway,
        interfaces,
        ...(openBus === undefined ? {} : { openBus }),
      }),
    }),
  );
}

/** Where software runs changes with the fleet; answers the software for which it did, its components queued for ranking. */
export async function refreshPlaces(
  tx: Db,
  fleet: VulnerabilityDeps['fleet'],
  softwareIds: readonly string[],
): Promise<string[]> {
  const places = await fleet.places(softwareIds);
  const store = createComponentStore(tx);
  const changed = await store.setPlaces(softwareIds, places.flatMap(placesOf));
  await createRecordStore(tx).enqueue('context', await store.componentsOfSoftware(changed));
  return changed;
}
