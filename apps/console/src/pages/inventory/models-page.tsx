import type { Model } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

const columns: readonly Column<Model>[] = [
  {
    id: 'code',
    header: 'Code',
    rowHeader: true,
    width: 180,
    cell: ({ code }) => <Link href={paths.model(code)}>{code}</Link>,
  },
  { id: 'name', header: 'Name', width: 220, cell: ({ name }) => name },
  { id: 'brand', header: 'Brand', width: 150, cell: ({ brand }) => brand },
  { id: 'year', header: 'Model year', width: 130, cell: ({ year }) => year },
  { id: 'ecuRoles', header: 'ECU roles', width: 120, cell: ({ ecuRoles }) => ecuRoles },
  {
    id: 'vehicles',
    header: 'Vehicles',
    width: 120,
    cell: ({ code, vehicles }) => (
      <Link href={paths.vehicles({ filter: `model = ${quoted(code)}` })}>{integer(vehicles)}</Link>
    ),
  },
  { id: 'updatedAt', header: 'Updated', width: 140, cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
];

export function ModelsPage() {
  useTitle('Models');
  return (
    <ServerTable
      operation="listModels"
      noun="models"
      title="Models"
      headingLevel="h1"
      description={<RuleLine rule={2} about="What each model is built of: ECU roles, buses, zones." />}
      columns={columns}
      rowId={({ code }) => code}
      freeText="name"
      empty={
        <Empty
          title="No models yet"
          next="A model describes the E/E architecture that its vehicles share. Put one by the API, or start the demo."
          command="npm run demo"
        />
      }
    />
  );
}
