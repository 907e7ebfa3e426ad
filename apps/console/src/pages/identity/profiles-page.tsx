import type { Profile } from '@bulkhead/contract';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

const columns: TableProps.ColumnDefinition<Profile>[] = [
  { id: 'title', header: 'Profile', isRowHeader: true, cell: ({ title, name }) => `${title} (${name})` },
  { id: 'purpose', header: 'Purpose', cell: ({ purpose }) => purpose },
  { id: 'authority', header: 'Authority', cell: ({ authority }) => authority },
  { id: 'validity', header: 'Valid for', cell: ({ validityDays }) => `${validityDays} days` },
  {
    id: 'renew',
    header: 'Renewed after',
    cell: ({ validityDays, renewAfterFraction }) => `${Math.round(validityDays * renewAfterFraction)} days`,
  },
  { id: 'keys', header: 'Keys', cell: ({ keyAlgorithms }) => keyAlgorithms.join(', ') },
  { id: 'usage', header: 'Usage', cell: ({ extendedKeyUsage }) => extendedKeyUsage.join(', ') },
  {
    id: 'issued',
    header: 'Issued',
    cell: ({ issued, name }) => (
      <Link href={paths.certificates({ filter: `profile = ${quoted(name)}` })}>{integer(issued)}</Link>
    ),
  },
];

/** What kinds of certificates the platform issues. */
export function ProfilesPage() {
  const answer = useQuery(query('listProfiles', {}));
  return (
    <Page title="Profiles" description={<RuleLine rule={3} about="What kinds of certificates are issued." />}>
      <Loaded answer={answer} label="profiles">
        {({ items }) => (
          <Table
            items={items}
            trackBy="name"
            wrapLines
            enableKeyboardNavigation
            ariaLabels={{ tableLabel: 'Profiles' }}
            columnDefinitions={columns}
            header={<Header counter={`(${items.length})`}>Certificate profiles</Header>}
          />
        )}
      </Loaded>
    </Page>
  );
}
