import type { ReleaseDetail } from '@bulkhead/contract';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import { useQueries } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { paths } from '../../paths.ts';
import { SoftwareLink } from '../../shell/links.tsx';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';

type Item = ReleaseDetail['contents'][number];

const columns: readonly Column<Item>[] = [
  { id: 'role', header: 'ECU', rowHeader: true, width: 120, cell: ({ role }) => role },
  {
    id: 'software',
    header: 'Software',
    width: 220,
    cell: ({ softwareId, software, version }) => <SoftwareLink id={softwareId} name={`${software} ${version}`} />,
  },
  { id: 'hardware', header: 'Fits hardware', width: 180, cell: ({ hardwareIds }) => hardwareIds.join(', ') },
  { id: 'counter', header: 'Release counter', width: 130, cell: ({ releaseCounter }) => integer(releaseCounter) },
  { id: 'file', header: 'Image', width: 200, cell: ({ fileName }) => <span className="bh-mono">{fileName}</span> },
  { id: 'length', header: 'Size', width: 110, cell: ({ length }) => bytes(length) },
  {
    id: 'sha256',
    header: 'SHA-256',
    width: 190,
    cell: ({ sha256, fileName }) => (
      <Copyable
        value={sha256}
        label={`SHA-256 of ${fileName}`}
        shown={<span className="bh-mono">{sha256.slice(0, 12)}…</span>}
      />
    ),
  },
  {
    id: 'catalogue',
    header: 'In the image repository',
    width: 180,
    cell: ({ inCatalogue }) => (
      <Status state={inCatalogue ? 'valid' : 'waiting'}>{inCatalogue ? 'Held' : 'Not uploaded yet'}</Status>
    ),
  },
];

/** The RXSWIN definitions that hold after the release, by name. */
function Rxswins({ ids }: { ids: readonly string[] }) {
  const answers = useQueries({ queries: ids.map((id) => query('getRxswin', { params: { id } })) });
  if (ids.length === 0) return '–';
  return answers.map(({ data }, i) =>
    data ? (
      <div key={data.id}>
        <Link href={paths.rxswin(data.id)}>
          {data.rxswin} version {data.version}
        </Link>{' '}
        ({data.state})
      </div>
    ) : (
      // until its name is here
      <div key={ids[i]}>…</div>
    ),
  );
}

/** What is installed, ECU by ECU. */
export function ReleaseContents({ release }: { release: ReleaseDetail }) {
  return (
    <Stack>
      <LocalTable
        title="Images per ECU"
        noun="images"
        items={release.contents}
        columns={columns}
        rowId={({ role, sha256, hardwareIds }) => `${role} ${sha256} ${hardwareIds.join()}`}
        textOf={({ role, software, version, fileName }) => `${role} ${software} ${version} ${fileName}`}
        description="A vehicle installs at most one image per ECU"
        empty={
          <Empty
            title="No images yet"
            next="Change the contents to name the image for each ECU, or from a file:"
            command={`bulkhead releases put ${release.id} -f contents.json`}
          />
        }
      />
      <Section title="What it is for">
        <KeyValuePairs
          columns={2}
          items={[
            {
              label: 'Fixes vulnerabilities',
              value:
                release.fixed.length > 0
                  ? release.fixed.map((ref) => (
                      <div key={ref}>
                        <Link href={paths.vulnerability(ref)}>{ref}</Link>
                      </div>
                    ))
                  : '–',
            },
            { label: 'RXSWIN definitions that hold afterwards', value: <Rxswins ids={release.rxswins} /> },
          ]}
        />
      </Section>
    </Stack>
  );
}
