import './region-map.css';
import Box from '@cloudscape-design/components/box';
import { geoArea, geoEqualEarth, geoPath } from 'd3-geo';
import { useMemo } from 'react';
import { merge } from 'topojson-client';
import world from 'world-atlas/countries-110m.json';
import { integer } from '../../ui/time.ts';
import { ownersOf, placeOf, type RegionCount, type ScaleStep, scaleOf, stepOf } from './region-places.ts';

const width = 960;
const height = 440;
const antarctica = '010';

type Topology = Parameters<typeof merge>[0];
type Land = Extract<Parameters<typeof merge>[1], readonly unknown[]>[number];
const topology = world as unknown as Topology & {
  readonly objects: { readonly countries: { readonly geometries: Land[] } };
};
const countries = topology.objects.countries.geometries.filter(
  (one): one is Land => (one.type === 'Polygon' || one.type === 'MultiPolygon') && one.id !== antarctica,
);
const projection = geoEqualEarth().fitSize([width, height], merge(topology, countries));
const pathOf = geoPath(projection);

interface Shape {
  readonly region: string;
  readonly vehicles: number;
  readonly outline: string;
  readonly x: number;
  readonly y: number;
}

type Outline = ReturnType<typeof merge>;

/** Where the label stands: in the middle of the largest piece of land, not between two continents. */
function middleOf(land: Outline): readonly [number, number] {
  const pieces = land.coordinates.map((coordinates) => ({ type: 'Polygon' as const, coordinates }));
  const [largest] = pieces.toSorted((a, b) => geoArea(b) - geoArea(a));
  return largest ? pathOf.centroid(largest) : [0, 0];
}

/** What is drawn of the counts, and what has no place on this map. */
function drawingOf(counts: readonly RegionCount[]) {
  const owners = ownersOf(counts);
  const shapes = counts.flatMap(({ region, vehicles }): Shape[] => {
    const own = countries.filter(({ id }) => owners.get(String(id)) === region);
    if (own.length === 0) return [];
    const land = merge(topology, own);
    const [x, y] = middleOf(land);
    return [{ region, vehicles, outline: pathOf(land) ?? '', x, y }];
  });
  const rest = countries.filter(({ id }) => !owners.has(String(id)));
  const drawn = new Set(shapes.map(({ region }) => region));
  return {
    shapes,
    rest: pathOf(merge(topology, rest)) ?? '',
    elsewhere: counts.filter(({ region }) => !drawn.has(region)),
  };
}

const counted = (vehicles: number) => `${integer(vehicles)} ${vehicles === 1 ? 'vehicle' : 'vehicles'}`;
const titleOf = ({ region, vehicles }: RegionCount) => `${placeOf(region)?.name ?? region}: ${counted(vehicles)}`;

function Legend({ scale }: { scale: readonly ScaleStep[] }) {
  return (
    <ul className="bh-map-legend" aria-label="Scale of the map">
      {scale.map(({ step, from, to }) => (
        <li key={step}>
          <svg width="18" height="12" aria-hidden="true">
            <rect className={`bh-map-${step}`} width="18" height="12" />
          </svg>
          {from === to ? integer(from) : `${integer(from)} to ${integer(to)}`}
        </li>
      ))}
    </ul>
  );
}

/** Regions whose place nobody knows are told beside the map: no vehicle is lost. */
function Elsewhere({ regions }: { regions: readonly RegionCount[] }) {
  if (regions.length === 0) return null;
  return (
    <Box color="text-body-secondary">
      Not on the map:{' '}
      {regions
        .map(({ region, vehicles }) => `${region === '' ? 'no region' : region} (${counted(vehicles)})`)
        .join(', ')}
    </Box>
  );
}

/** Vehicles by region on a map of the world; the numbers stand on it, so that no colour has to be told from another. */
export function RegionMap({ counts }: { counts: readonly RegionCount[] }) {
  const { shapes, rest, elsewhere } = useMemo(() => drawingOf(counts), [counts]);
  const scale = scaleOf(shapes.map(({ vehicles }) => vehicles));
  const summary = counts.map(titleOf).join(', ');
  return (
    <figure className="bh-map">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Map of vehicles by region. ${summary}`}>
        <path className="bh-map-land" d={rest} />
        {shapes.map((shape) => (
          <path key={shape.region} className={`bh-map-${stepOf(scale, shape.vehicles)}`} d={shape.outline}>
            <title>{titleOf(shape)}</title>
          </path>
        ))}
        {shapes.map(({ region, vehicles, x, y }) => (
          <text key={region} x={x} y={y} textAnchor="middle">
            {region} {integer(vehicles)}
          </text>
        ))}
      </svg>
      <figcaption>
        <Legend scale={scale} />
        <Elsewhere regions={elsewhere} />
      </figcaption>
    </figure>
  );
}
