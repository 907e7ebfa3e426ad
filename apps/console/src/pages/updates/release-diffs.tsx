import type { Output } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { counted } from './marks.tsx';

type Item = Output<typeof import('@bulkhead/contract').operations.getReleaseDiff>['items'][number];

const shown = 100;

function Names({ title, state, names, linked }: { title: string; state: string; names: string[]; linked?: boolean }) {
  return (
    <div>
      <Box variant="h3">
        <Status state={state}>
          {title}: {names.length}
        </Status>
      </Box>
      <ul className="bh-plain-list">
        {names.slice(0, shown).map((name) => (
          <li key={name}>{linked ? <Link href={paths.vulnerability(name)}>{name}</Link> : name}</li>
        ))}
      </ul>
      {names.length > shown && <Box color="text-body-secondary">and {names.length - shown} more</Box>}
    </div>
  );
}

function Difference({ item: { role, software, from, to, diff } }: { item: Item }) {
  const title = from ? `${role}: ${software} ${from} to ${to}` : `${role}: ${software} ${to}`;
  if (!diff)
    return (
      <Section title={title}>
        {from
          ? 'Nobody knows the components of both versions yet: upload an SBOM of each.'
          : 'The contents name no version that it replaces, so there is nothing to compare with.'}
      </Section>
    );
  const { components, vulnerabilities } = diff;
  return (
    <Section title={title}>
      <ColumnLayout columns={3} variant="text-grid">
        <Names title="Fixed" state="fixed" names={vulnerabilities.fixed} linked />
        <Names title="Introduced" state="affected" names={vulnerabilities.introduced} linked />
        <Names title="Still there" state="open" names={vulnerabilities.remaining} linked />
        <Names title="Components added" state="info" names={components.added} />
        <Names title="Components removed" state="info" names={components.removed} />
        <Names title="Components changed" state="info" names={components.changed} />
      </ColumnLayout>
    </Section>
  );
}

/** What changes in components and known vulnerabilities, image by image. */
export function ReleaseDiffs({ id }: { id: string }) {
  const answer = useQuery(query('getReleaseDiff', { params: { id } }));
  return (
    <Loaded answer={answer} label="differences" lines={6}>
      {({ items }) => (
        <Stack>
          {items.length === 0 && (
            <Empty title="Nothing to compare" next="The release has no images yet. Add them to its contents." />
          )}
          {items.length > 0 && (
            <Box color="text-body-secondary">
              {counted(items.length, 'image')}, compared by SBOM with the version that each replaces. What approvers saw
              is kept with their approval.
            </Box>
          )}
          {items.map((item) => (
            <Difference key={`${item.role} ${item.software} ${item.to}`} item={item} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
