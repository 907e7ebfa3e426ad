import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../api.ts';
import { ArchitecturePanel } from '../../graph/architecture-panel.tsx';
import { paths } from '../../paths.ts';
import { quoted } from '../../table/filter-tokens.ts';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Page } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { integer } from '../../ui/time.ts';

/** One model with the architecture that its vehicles share. */
export function ModelPage() {
  const { code = '' } = useParams({ strict: false });
  const answer = useQuery(query('getModel', { params: { code } }));
  return (
    <Page
      title={answer.data?.name ?? code}
      actions={<CopyAs api={`/models/${code}`} cli={`bulkhead models show ${code}`} />}
    >
      <Loaded answer={answer} label="model">
        {(model) => (
          <>
            <Section title="Summary">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'Code', value: model.code },
                  { label: 'Brand', value: model.brand },
                  { label: 'Model year', value: String(model.year) },
                  {
                    label: 'Vehicles',
                    value: (
                      <Link href={paths.vehicles({ filter: `model = ${quoted(model.code)}` })}>
                        {integer(model.vehicles)}
                      </Link>
                    ),
                  },
                  { label: 'ECU roles', value: String(model.ecuRoles) },
                  { label: 'Buses', value: String(model.architecture.buses.length) },
                  { label: 'Zones', value: String(model.architecture.zones.length) },
                  { label: 'Updated', value: <RelativeTime at={model.updatedAt} /> },
                ]}
              />
            </Section>
            <ArchitecturePanel architecture={model.architecture} members={[]} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
