import type { BlastRadius } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { query } from '../../api.ts';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { placeOf } from './region-places.ts';

/** The map and its countries are loaded when somebody looks at them. */
const RegionMap = lazy(() => import('./region-map.tsx').then((module) => ({ default: module.RegionMap })));

interface Bar {
  readonly label: string;
  readonly vehicles: number;
}

/** Bars of one dimension, with the number in words beside each: the bar only repeats it. */
function Bars({ title, bars, total }: { title: string; bars: readonly Bar[]; total: number }) {
  const shown = bars.slice(0, 8);
  return (
    <div>
      <Box variant="h3">{title}</Box>
      {shown.length === 0 && <Box color="text-body-secondary">None</Box>}
      {shown.map(({ label, vehicles }) => (
        <ProgressBar
          key={label}
          value={total === 0 ? 0 : (vehicles / total) * 100}
          label={label}
          additionalInfo={`${integer(vehicles)} ${vehicles === 1 ? 'vehicle' : 'vehicles'}`}
          ariaLabel={`${label}: ${vehicles} of ${total} vehicles`}
        />
      ))}
      {bars.length > shown.length && <Box color="text-body-secondary">and {bars.length - shown.length} more</Box>}
    </div>
  );
}

const named = (rows: BlastRadius['byRegion'], none: string): Bar[] =>
  rows.map(({ value, vehicles }) => ({ label: value === '' ? none : value, vehicles }));

/** A code with the name of the place, where it is known. */
const regions = (rows: BlastRadius['byRegion']): Bar[] =>
  rows.map(({ value, vehicles }) => {
    const place = placeOf(value);
    return { label: place ? `${value} (${place.name})` : value || 'No region', vehicles };
  });

/** Exactly how many vehicles carry it now, and which. */
export function BlastRadiusPanel({ id }: { id: string }) {
  const answer = useQuery(query('getBlastRadius', { params: { ref: id }, query: {} }));
  return (
    <Section
      title="Blast radius"
      description="Counted at this moment over every vehicle in use; places decided as fixed or not affected are left out."
    >
      <Loaded answer={answer} label="blast radius" lines={6}>
        {({ vehicles, byRegion, byModel, byPlant, bySoftware }) => (
          <>
            <Box fontSize="display-l" fontWeight="bold">
              {integer(vehicles)} {vehicles === 1 ? 'vehicle' : 'vehicles'}
            </Box>
            <div className="bh-blast">
              {vehicles > 0 && (
                <Suspense fallback={<div className="bh-map-space" />}>
                  <RegionMap
                    counts={byRegion.map(({ value, vehicles: count }) => ({ region: value, vehicles: count }))}
                  />
                </Suspense>
              )}
              <Bars title="By region" bars={regions(byRegion)} total={vehicles} />
            </div>
            <ColumnLayout columns={3} variant="text-grid">
              <Bars title="By model" bars={named(byModel, 'No model')} total={vehicles} />
              <Bars title="By plant" bars={named(byPlant, 'No plant')} total={vehicles} />
              <Bars
                title="By software version"
                total={vehicles}
                bars={bySoftware.map(({ name, version, vehicles: count }) => ({
                  label: `${name} ${version}`,
                  vehicles: count,
                }))}
              />
            </ColumnLayout>
          </>
        )}
      </Loaded>
    </Section>
  );
}
