import type { RxswinDetail } from '@bulkhead/contract';

/** Quoted where needed; what a spreadsheet would take for a formula is made text. */
function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvOf = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows
    .map((row) => row.map(csvCell).join(','))
    .join('\r\n')
    .concat('\r\n');

const head = [
  'rxswin',
  'model',
  'version',
  'state',
  'system',
  'regulation',
  'role',
  'software',
  'softwareVersion',
  'sha256',
  'before',
  'definitionHash',
  'releasedAt',
  'releasedBy',
  'supersededAt',
  'campaigns',
];

/** One line per program of each version of each definition. */
export function registerCsv(details: readonly RxswinDetail[]): string {
  const rows = details.flatMap((one) => {
    const campaigns = one.campaigns.map(
      ({ campaign, before, after, finishedAt }) =>
        `${campaign}: ${before ? `v${before.version}` : '-'} -> v${after.version} ${finishedAt ?? 'running'}`,
    );
    return one.software.map((entry) => [
      one.rxswin,
      one.model,
      one.version,
      one.state,
      one.system,
      one.regulation,
      entry.role,
      entry.software,
      entry.version,
      entry.sha256,
      entry.before,
      one.hash,
      one.releasedAt,
      one.released?.by.name ?? null,
      one.supersededAt,
      campaigns.join('; '),
    ]);
  });
  return csvOf([head, ...rows]);
}
