import type { Sbom, SbomRuleResult } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { downloadText } from '../../ui/download.ts';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { integer } from '../../ui/time.ts';
import { ScoreMark } from './sbom-marks.tsx';

const columns: readonly Column<SbomRuleResult>[] = [
  {
    id: 'passed',
    header: 'Kept',
    width: 200,
    cell: ({ passed, failing, of, about }) =>
      passed ? (
        <Status state="current">Yes</Status>
      ) : (
        <Status state="medium">{about === 'document' ? 'No' : `No: ${integer(failing)} of ${integer(of)}`}</Status>
      ),
  },
  { id: 'title', header: 'Rule', rowHeader: true, width: 280, cell: ({ title }) => title },
  { id: 'standard', header: 'From', width: 140, cell: ({ standard }) => standard },
  { id: 'weight', header: 'Weight', width: 90, cell: ({ weight }) => weight },
  { id: 'ask', header: 'Ask the supplier', width: 360, cell: ({ passed, ask }) => (passed ? '–' : ask) },
  {
    id: 'examples',
    header: 'For example',
    width: 260,
    cell: ({ examples }) => (examples.length > 0 ? examples.join(', ') : '–'),
  },
];

/** What to write to the supplier: one line per rule that is not kept. */
export function requestText(
  sbom: Pick<Sbom, 'software' | 'version' | 'supplier'>,
  rules: readonly SbomRuleResult[],
): string {
  const lines = rules
    .filter(({ passed }) => !passed)
    .map(({ ask, about, failing, of, examples }) => {
      const count = about === 'components' ? ` Missing in ${failing} of ${of} components` : '';
      const names = examples.length > 0 ? `, for example ${examples.join(', ')}` : '';
      return `- ${ask}${count}${names}${count ? '.' : ''}`;
    });
  return `SBOM of ${sbom.software} ${sbom.version} (${sbom.supplier})\n\n${lines.join('\n')}\n`;
}

/** How good an SBOM is, rule by rule, and what to ask the supplier for. */
export function SbomQuality({ sbom }: { sbom: Sbom }) {
  const answer = useQuery(query('getSbomQuality', { params: { id: sbom.id } }));
  return (
    <Loaded answer={answer} label="quality" lines={8}>
      {({ score, items, gate, gateFault }) => (
        <Stack>
          <Section title="Quality">
            <KeyValuePairs
              columns={4}
              items={[
                { label: 'Score', value: <ScoreMark score={score} /> },
                { label: 'Rules kept', value: `${items.filter(({ passed }) => passed).length} of ${items.length}` },
                { label: 'Supplier', value: sbom.supplier },
                {
                  label: 'Intake gate',
                  value: gate ? (
                    <Link href={paths.sbomGates()}>
                      {gate.supplier === '*' ? 'All suppliers' : gate.supplier}: at least {gate.minimumScore}
                    </Link>
                  ) : (
                    <Link href={paths.sbomGates()}>None</Link>
                  ),
                },
              ]}
            />
          </Section>
          {gateFault && sbom.state === 'accepted' && (
            <Alert type="warning" header="It would not pass the gate as it is now">
              {gateFault}
            </Alert>
          )}
          <LocalTable
            title="Rules"
            noun="rules"
            items={items.toSorted((a, b) => Number(a.passed) - Number(b.passed))}
            columns={columns}
            rowId={({ id }) => id}
            textOf={({ title, standard, ask }) => `${title} ${standard} ${ask}`}
            actions={
              <Button
                iconName="download"
                onClick={() => downloadText(`ask-${sbom.supplier}.txt`, requestText(sbom, items), 'text/plain')}
              >
                What to ask the supplier
              </Button>
            }
            empty={<Empty title="No rules" next="The platform has no rules for SBOMs." />}
          />
        </Stack>
      )}
    </Loaded>
  );
}
