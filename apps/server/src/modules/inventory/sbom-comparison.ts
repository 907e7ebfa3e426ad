import type { SbomDiff, SbomDifference, SbomGraph } from '@bulkhead/contract';
import { diffComponents } from '@bulkhead/sbom';
import type { Db } from '../../platform/db/database.ts';
import { createContentViews, type ListedComponent } from './content-views.ts';
import type { InventoryDeps } from './deps.ts';
import { InventoryError, unknownSbom } from './domain/error.ts';
import { readSbomDocument } from './read-sbom-document.ts';
import { createSbomGraphViews } from './sbom-graph-views.ts';
import { createSbomViews } from './sbom-views.ts';
import type { createSboms } from './sboms.ts';

const mostDifferences = 5_000;
const mostNodes = 100;

type Documents = Pick<ReturnType<typeof createSboms>, 'document'>;

export const createSbomComparison = ({ db }: Pick<InventoryDeps, 'db'>, sboms: Documents) => ({
  /** Each id is that of an SBOM, or of a software version whose SBOM in use is meant. */
  diff: async (from: string, to: string): Promise<SbomDiff> => {
    const [first, second] = await Promise.all([sideOf(db, sboms, from), sideOf(db, sboms, to)]);
    const { added, removed, changed, relicensed, unchanged } = diffComponents(first.components, second.components);
    const items: SbomDifference[] = [
      ...removed.map((component) => difference('removed', component, null)),
      ...added.map((component) => difference('added', null, component)),
      ...changed.map((pair) => difference('version', pair.from, pair.to)),
      ...relicensed.map((pair) => difference('licence', pair.from, pair.to)),
    ];
    return {
      from: first.side,
      to: second.side,
      added: added.length,
      removed: removed.length,
      versions: changed.length,
      licences: relicensed.length,
      unchanged,
      truncated: items.length > mostDifferences,
      items: items.slice(0, mostDifferences),
    };
  },

  /** What lies around one component, or around the software itself: nearest first, at most `limit` nodes. */
  graph: async (id: string, { focus, limit = mostNodes }: { focus?: string; limit?: number }): Promise<SbomGraph> => {
    const sbom = await createSbomViews(db).byId(id);
    if (!sbom) throw unknownSbom(id);
    const views = createSbomGraphViews(db, id);
    const [start] = focus === undefined ? [0] : await views.placesOf(focus);
    if (start === undefined)
      throw new InventoryError('inventory.unknown-component', `The SBOM ${id} names no component ${String(focus)}.`);
    const { distances, truncated } = await reach(views, start, limit);
    const places = [...distances.keys()];
    const [components, edges, allEdges] = await Promise.all([
      views.componentsAt(places),
      views.edgesAmong(places),
      views.countEdges(),
    ]);
    const byPlace = new Map(components.map((component) => [component.place, component]));
    const nodes = [...distances].map(([place, distance]) => {
      const { id: componentId, name, version, identified } = byPlace.get(place) ?? softwareNode(sbom);
      return { place, componentId, name, version, identified, distance };
    });
    return { focus: start, nodes, edges, truncated, allEdges };
  },
});

const softwareNode = ({ software, version }: { software: string; version: string }) => ({
  id: null,
  name: software,
  version,
  identified: true,
});

/** Of an SBOM that is not in use only the document is stored, so that it is read. */
async function sideOf(db: Db, sboms: Documents, id: string) {
  const sbom = await createSbomViews(db).byEither(id);
  if (!sbom) throw unknownSbom(id);
  const { id: sbomId, softwareId, software, version, state } = sbom;
  const components =
    state === 'accepted'
      ? await createContentViews(db).listed(sbomId)
      : (await readSbomDocument((await sboms.document(sbomId)).bytes)).components.filter(
          ({ scope }) => scope !== 'excluded',
        );
  return { side: { sbomId, softwareId, software, version }, components };
}

function difference(
  kind: SbomDifference['kind'],
  from: ListedComponent | null,
  to: ListedComponent | null,
): SbomDifference {
  return {
    kind,
    name: (to ?? from)?.name ?? '',
    purl: (to ?? from)?.purl ?? null,
    fromVersion: from?.version ?? null,
    toVersion: to?.version ?? null,
    fromLicences: [...(from?.licences ?? [])],
    toLicences: [...(to?.licences ?? [])],
  };
}

/** Breadth first from one place; cycles end where they began. A document whose software has no edges begins at its tops. */
async function reach(views: ReturnType<typeof createSbomGraphViews>, start: number, limit: number) {
  const distances = new Map([[start, 0]]);
  let frontier: readonly number[] = [start];
  for (let distance = 1; frontier.length > 0; distance++) {
    // one more than there is room for tells whether something is left out
    const asked = limit + distances.size + 1;
    const found = await views.neighbours(frontier, asked);
    const next = distance === 1 && start === 0 && found.length === 0 ? await views.tops(asked) : found;
    const fresh = next.filter((place) => !distances.has(place));
    const room = limit - distances.size;
    for (const place of fresh.slice(0, room)) distances.set(place, distance);
    if (fresh.length > room) return { distances, truncated: true };
    frontier = fresh;
  }
  return { distances, truncated: false };
}
