import { type Compatibility, operations } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { VinLink } from '../../shell/links.tsx';
import { FilterBar } from '../../table/filter-bar.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { useSearchValue } from '../../ui/use-search-value.ts';
import { counted } from './marks.tsx';
import { incompatibilityTexts } from './update-words.ts';

type Group = Compatibility['groups'][number];

const columns: readonly Column<Group>[] = [
  { id: 'reason', header: 'Why not', rowHeader: true, width: 180, cell: ({ reason }) => incompatibilityTexts[reason] },
  { id: 'text', header: 'In full', width: 360, cell: ({ text }) => text },
  { id: 'vehicles', header: 'Vehicles', width: 110, cell: ({ vehicles }) => integer(vehicles) },
  { id: 'examples', header: 'Such as', width: 380, cell: ({ examples }) => <Vins vins={examples} /> },
];

function Vins({ vins }: { vins: readonly string[] }) {
  return (
    <ul className="bh-plain-list">
      {vins.map((vin) => (
        <li key={vin}>
          <VinLink vin={vin} />
        </li>
      ))}
    </ul>
  );
}

/** Reasons with their vehicles, most first. */
export function IncompatibleGroups({ groups }: { groups: readonly Group[] }) {
  return (
    <LocalTable
      title="Vehicles that cannot take it"
      noun="reasons"
      items={[...groups].sort((a, b) => b.vehicles - a.vehicles)}
      columns={columns}
      rowId={({ reason, subject }) => `${reason} ${subject}`}
      empty={<Empty title="None" next="Every vehicle of the filter can take it." />}
    />
  );
}

/** The release against the last known configuration of every vehicle of a filter (UN R156 7.1.1.7). */
export function ReleaseCompatibility({ id }: { id: string }) {
  const [filter = '', setFilter] = useSearchValue('filter');
  const answer = useQuery({
    queryKey: ['updates', 'checkCompatibility', { params: { id }, body: { filter } }] as const,
    queryFn: ({ signal }) => client.checkCompatibility({ params: { id }, body: { filter }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack>
      <Section
        title="Compatibility"
        description="Compared with the last known configuration of each vehicle: as reported, else as built"
      >
        <FilterBar
          fields={operations.listVehicles.list.fields}
          filter={filter}
          freeText="vin"
          noun="vehicles"
          count={answer.data ? counted(answer.data.vehicles, 'vehicle') : ''}
          onChange={(next) => setFilter(next || undefined)}
        />
        <Loaded answer={answer} label="compatibility" lines={3}>
          {({ vehicles, compatible }) => (
            <Box margin={{ top: 'm' }}>
              <ProgressBar
                value={vehicles === 0 ? 0 : (compatible / vehicles) * 100}
                label={`${integer(compatible)} of ${counted(vehicles, 'vehicle')} can take it`}
                additionalInfo={`${integer(vehicles - compatible)} cannot; the reasons are below`}
                ariaLabel={`${compatible} of ${vehicles} vehicles can take the release`}
              />
            </Box>
          )}
        </Loaded>
      </Section>
      {answer.data && <IncompatibleGroups groups={answer.data.groups} />}
    </Stack>
  );
}
