import type { Portfolio } from '@bulkhead/contract';
import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { ModelLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { quoted } from '../../table/filter-tokens.ts';
import { Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

type Counts = Portfolio['totals'];
const todo = 'state in (open, under-investigation, affected)';
const outcomes = [
  ['immediate', 'immediate', 'Immediate'],
  ['outOfCycle', 'out-of-cycle', 'Out of cycle'],
  ['scheduled', 'scheduled', 'Scheduled'],
  ['defer', 'defer', 'Defer'],
] as const;

/** A count that leads to the findings behind it; nothing to see is a dash. */
function Count(props: { count: number; filter: string; label: string; large?: boolean }) {
  const { count, filter, label, large = false } = props;
  if (count === 0) return <span>{large ? '0' : '–'}</span>;
  return (
    <Link
      href={paths.findings({ filter })}
      {...(large ? { fontSize: 'display-l' } : {})}
      ariaLabel={`${label}: ${count} findings`}
    >
      {integer(count)}
    </Link>
  );
}

function Totals({ portfolio: { totals, unidentifiedComponents, softwareWithoutSbom } }: { portfolio: Portfolio }) {
  const figure = (label: string, value: React.ReactNode) => (
    <div key={label}>
      <Box variant="awsui-key-label">{label}</Box>
      <Box fontSize="display-l" fontWeight="bold">
        {value}
      </Box>
    </div>
  );
  return (
    <Section title="Open findings" description="Each component version counts once, however many vehicles carry it.">
      <ColumnLayout columns={4} variant="text-grid">
        {outcomes.map(([name, outcome, label]) =>
          figure(label, <Count large count={totals[name]} label={label} filter={`outcome = ${outcome} and ${todo}`} />),
        )}
        {figure(
          'Resting on a weak identifier',
          <Count large count={totals.unsure} label="Unsure" filter={`verdict = unsure and ${todo}`} />,
        )}
        {figure(
          'Components nobody could identify',
          unidentifiedComponents === 0 ? (
            '0'
          ) : (
            <Link fontSize="display-l" href={paths.unidentified()}>
              {integer(unidentifiedComponents)}
            </Link>
          ),
        )}
        {figure(
          'Software versions without SBOM',
          softwareWithoutSbom === 0 ? (
            '0'
          ) : (
            <Link fontSize="display-l" href={paths.softwareList()}>
              {integer(softwareWithoutSbom)}
            </Link>
          ),
        )}
      </ColumnLayout>
    </Section>
  );
}

interface Row {
  readonly key: string;
  readonly model: string;
  readonly role: string | undefined;
  readonly what: string;
  readonly filter: string;
  readonly counts: Counts;
}

function rowsOf({ models }: Portfolio): Row[] {
  return models.flatMap(({ model, counts, functions }) => [
    { key: model, model, role: undefined, what: 'All ECUs', filter: `model = ${quoted(model)}`, counts },
    ...functions.map((one) => ({
      key: `${model} ${one.role}`,
      model,
      role: one.role,
      what: `${one.role} (${one.function})`,
      filter: `model = ${quoted(model)} and function = ${one.function}`,
      counts: one.counts,
    })),
  ]);
}

function Matrix({ portfolio }: { portfolio: Portfolio }) {
  const sizes = new Map(portfolio.models.map(({ model, vehicles }) => [model, vehicles]));
  return (
    <Table
      items={rowsOf(portfolio)}
      trackBy="key"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Open findings by model and ECU' }}
      header={
        <Box variant="h2">
          By model and ECU{' '}
          <Box variant="small" color="text-body-secondary" display="inline">
            counted <RelativeTime at={portfolio.countedAt} />
          </Box>
        </Box>
      }
      empty={
        <Empty
          title="No open findings"
          next="Nothing that the sources tell of concerns the fleet, or no software has an SBOM yet."
          command="bulkhead findings list"
        />
      }
      columnDefinitions={[
        {
          id: 'model',
          header: 'Model',
          isRowHeader: true,
          cell: ({ model, role }) =>
            role === undefined ? (
              <b>
                <ModelLink code={model} /> ({integer(sizes.get(model) ?? 0)} vehicles)
              </b>
            ) : (
              ''
            ),
        },
        { id: 'what', header: 'ECU', cell: ({ what, role }) => (role === undefined ? <b>{what}</b> : what) },
        ...outcomes.map(([name, outcome, label]) => ({
          id: name,
          header: label,
          cell: ({ counts, filter, model, what }: Row) => (
            <Count
              count={counts[name]}
              label={`${model}, ${what}, ${label}`}
              filter={`${filter} and outcome = ${outcome} and ${todo}`}
            />
          ),
        })),
        {
          id: 'unsure',
          header: 'Of these unsure',
          cell: ({ counts, filter, model, what }: Row) => (
            <Count
              count={counts.unsure}
              label={`${model}, ${what}, unsure`}
              filter={`${filter} and verdict = unsure and ${todo}`}
            />
          ),
        },
      ]}
    />
  );
}

/** What is weak in the fleet, by model and ECU. */
export function PortfolioPage() {
  const answer = useQuery(query('getPortfolio', {}));
  return (
    <Page title="Portfolio" description={<RuleLine rule={4} about="What is weak, by model and ECU." />}>
      <Loaded answer={answer} label="portfolio" lines={10}>
        {(portfolio) => (
          <>
            <Totals portfolio={portfolio} />
            <Matrix portfolio={portfolio} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
