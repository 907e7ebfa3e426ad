import type { LicenceUse } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';
import { LicenceKindMark } from './sbom-marks.tsx';

const columns: readonly Column<LicenceUse>[] = [
  { id: 'licence', header: 'Licence', rowHeader: true, width: 420, cell: ({ licence }) => licence || 'None stated' },
  { id: 'kind', header: 'Kind', width: 180, cell: ({ kind }) => <LicenceKindMark kind={kind} /> },
  { id: 'components', header: 'Components', width: 130, cell: ({ components }) => integer(components) },
];

/** Under which licences the components of one SBOM stand. */
export function SbomLicences({ id }: { id: string }) {
  const answer = useQuery(query('listSbomLicences', { params: { id } }));
  return (
    <Loaded answer={answer} label="licences">
      {({ items }) => (
        <LocalTable
          title="Licences"
          noun="licences"
          description="Of a choice of licences (OR) the mildest counts, of several at once (AND) the strictest."
          items={items}
          columns={columns}
          rowId={({ licence }) => licence}
          textOf={({ licence, kind }) => `${licence} ${kind}`}
          empty={<Empty title="No licences" next="The document has no components." />}
        />
      )}
    </Loaded>
  );
}
