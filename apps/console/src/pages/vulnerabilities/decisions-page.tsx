import type { Decision } from '@bulkhead/contract';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { type Column, ServerTable } from '../../table/server-table.tsx';
import { useTitle } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { originTexts } from './decision-words.ts';
import { VulnerabilityLink } from './marks.tsx';

const columns: readonly Column<Decision>[] = [
  {
    id: 'scope',
    header: 'Where',
    rowHeader: true,
    width: 380,
    cell: ({ id, scopeText }) => <Link href={paths.decision(id)}>{scopeText}</Link>,
  },
  { id: 'ref', header: 'Vulnerability', width: 165, cell: ({ ref }) => <VulnerabilityLink id={ref} /> },
  { id: 'status', header: 'Verdict', width: 180, cell: ({ status }) => <Status state={status} /> },
  { id: 'state', header: 'Decision is', width: 140, cell: ({ state }) => <Status state={state} /> },
  { id: 'findings', header: 'Findings', width: 110, cell: ({ findings }) => integer(findings) },
  { id: 'author', header: 'Author', width: 160, cell: ({ author }) => author },
  { id: 'origin', header: 'Comes from', width: 150, cell: ({ origin }) => originTexts[origin] },
  {
    id: 'expires',
    header: 'Expires',
    width: 130,
    cell: ({ expiresAt }) => <RelativeTime at={expiresAt} empty="No date" />,
  },
  { id: 'createdAt', header: 'Decided', width: 130, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

const shared = {
  operation: 'listDecisions',
  noun: 'decisions',
  title: 'Decisions',
  columns,
  rowId: ({ id }: Decision) => id,
  freeText: 'ref',
} as const;

/** The decisions about one vulnerability, component or software. */
export function DecisionsTable({ within, actions }: { within: string; actions?: React.ReactNode }) {
  return (
    <ServerTable
      {...shared}
      within={within}
      actions={actions}
      empty={<Empty title="No decisions" next="Nobody has decided about it yet." />}
    />
  );
}

/** What was decided about vulnerabilities, where it holds and until when. */
export function DecisionsPage() {
  useTitle('Decisions');
  return (
    <ServerTable
      {...shared}
      headingLevel="h1"
      description={<RuleLine rule={4} about="What was decided, where it holds, and what ended." />}
      empty={
        <Empty
          title="No decisions yet"
          next="Decide on the page of a finding, take in what a supplier states, or use the command line:"
          command="bulkhead decisions create -f decision.json --dry-run"
        />
      }
    />
  );
}
