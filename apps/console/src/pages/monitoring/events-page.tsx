import ColumnLayout from '@cloudscape-design/components/column-layout';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { EventsTable } from './events-table.tsx';

function Counts(props: {
  label: string;
  rows: readonly { key: string; name: React.ReactNode; count: number; href: string }[];
}) {
  return (
    <dl className="bh-figures" aria-label={props.label}>
      {props.rows.map(({ key, name, count, href }) => (
        <div key={key} className="bh-figure">
          <dt>{name}</dt>
          <dd>
            <Link href={href} ariaLabel={`${integer(count)} events: ${key}`}>
              {integer(count)}
            </Link>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Summary() {
  const answer = useQuery(query('getEventSummary', {}));
  return (
    <Section title="Last 24 hours" counter={answer.data ? `(${integer(answer.data.total)})` : ''}>
      <Loaded answer={answer} label="summary" lines={5}>
        {({ bySeverity, byType }) => (
          <ColumnLayout columns={2} variant="text-grid">
            <Counts
              label="Events by severity"
              rows={bySeverity.map(({ severity, count }) => ({
                key: severity,
                name: <Status state={severity} />,
                count,
                href: paths.events({ filter: `severity = ${severity}` }),
              }))}
            />
            <Counts
              label="Events by type"
              rows={byType.slice(0, 8).map(({ type, count }) => ({
                key: type,
                name: type,
                count,
                href: paths.events({ filter: `type = ${quoted(type)}` }),
              }))}
            />
          </ColumnLayout>
        )}
      </Loaded>
    </Section>
  );
}

/** What the vehicles reported. */
export function EventsPage() {
  return (
    <Page
      title="Monitoring"
      description={<RuleLine rule={8} about="What the vehicles report about their own security." />}
      actions={<CopyAs api="/events" cli="bulkhead events list" />}
    >
      <Summary />
      <EventsTable />
    </Page>
  );
}
