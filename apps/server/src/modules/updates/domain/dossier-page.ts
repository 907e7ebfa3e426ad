import type { ReleaseDetail } from '@bulkhead/contract';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Foreign text as text of a page. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => entities[c] ?? c);

export type Cell = string | number | boolean | null;
const shown = (cell: Cell) =>
  cell === null ? '-' : typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : escapeHtml(String(cell));

export const table = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  rows.length === 0
    ? '<p>None.</p>'
    : `<table><thead><tr>${head.map((title) => `<th>${escapeHtml(title)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${shown(cell)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table>`;

/** A page that prints well and runs nothing. */
export const page = (title: string, sections: readonly (readonly [title: string, html: string])[]): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>
body{font:14px/1.45 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}h2{margin-top:1.6em}td{white-space:pre-wrap;overflow-wrap:anywhere}
@media print{body{margin:0}h2{break-after:avoid}tr{break-inside:avoid}}</style></head><body><h1>${escapeHtml(title)}</h1>${sections
    .map(([name, html]) => `<section><h2>${escapeHtml(name)}</h2>${html}</section>`)
    .join('')}</body></html>`;

/** The dossier of UN R156 7.1.2.5 with what people agreed to, for the authority. */
export function dossierPage(release: ReleaseDetail): string {
  const { dossier: d } = release;
  const clause = (rows: readonly (readonly [clause: string, what: string, says: Cell])[]) =>
    table(['Clause', 'What', 'Record'], rows);
  return page(`Update dossier: ${release.name}`, [
    ['Identity', table(['What', 'Value'], identityRows(release))],
    ['Images (7.1.1.2)', table(imageHead, release.contents.map(imageRow))],
    [
      'Dossier (7.1.2.5)',
      clause([
        ['a', 'Purpose', d.purpose],
        ['d', 'Requirements affected', d.requirements.affected],
        ['d', 'Explanation', d.requirements.explanation],
        ['e', 'Parameters affected', d.parameters.affected],
        ['e', 'Explanation', d.parameters.explanation],
        ['f', 'Approval', `${d.approval.decision} ${d.approval.authority} ${d.approval.reference}`],
        ['f, 9.1.3', 'Reason', d.approval.reason],
        ['g', 'How it is carried out', d.execution.how],
        ['g', 'Conditions', d.execution.conditions],
        ['h', 'Safe and secure execution', d.safety.statement],
        ['7.2.2.1.1', 'Former software or safe state', d.safety.safeState],
        ['7.2.2.1.2', 'Power', d.safety.power],
        ['7.1.4.1', 'While driving', d.safety.whileDriving],
        ['7.1.4.1', 'Assessment', d.safety.drivingAssessment],
        ['7.1.4.2', 'Workshop only', d.workshopOnly],
        ['i', 'Verification and validation', d.verification.summary],
      ]),
    ],
    [
      'Affected systems (7.1.2.5 b, c)',
      table(
        ['System', 'Functions', 'Type-approved', 'Regulation'],
        d.affected.map((a) => [a.system, a.functions, a.typeApproved, a.regulation ?? '']),
      ),
    ],
    [
      'Reports',
      table(
        ['Title', 'Reference', 'SHA-256'],
        d.verification.reports.map((r) => [r.title, r.reference, r.sha256 ?? '']),
      ),
    ],
    [
      'Impact (7.1.1.8 to 7.1.1.10)',
      table(
        ['Question', 'Answer', 'Explanation'],
        Object.entries(d.questionnaire).map(([q, a]) => [q, a.answer, a.explanation]),
      ),
    ],
    ['User information (7.2.2.2)', table(['What', 'Text'], Object.entries(d.user))],
    [
      'Preconditions (7.2.2.5)',
      table(
        ['Signal', 'Minimum'],
        d.preconditions.map((p) => [p.signal, p.minimum ?? null]),
      ),
    ],
    [
      'Rules (7.1.1.5)',
      table(
        ['Kind', 'Role', 'Software', 'From', 'To'],
        release.rules.map((r) => [r.kind, r.role, r.name, r.from?.version ?? '', r.to?.version ?? '']),
      ),
    ],
    ['Sign-off and approvals', table(agreementHead, agreementRows(release))],
  ]);
}

const identityRows = (release: ReleaseDetail): (readonly Cell[])[] => [
  ['Release', release.id],
  ['State', release.state],
  ['Hash of dossier and contents', release.hash],
  ['Vehicle types', release.models.join(', ')],
  ['Fixes', release.fixed.join(', ')],
  ['Written by', release.authors.map(({ name }) => name).join(', ')],
  ['Published', release.published ? `${release.published.at} by ${release.published.by.name}` : 'no'],
];

const imageHead = ['Role', 'Software', 'Version', 'File', 'Bytes', 'SHA-256', 'Hardware', 'Release counter'];
const imageRow = (item: ReleaseDetail['contents'][number]): readonly Cell[] => [
  item.role,
  item.software,
  item.version,
  item.fileName,
  item.length,
  item.sha256,
  item.hardwareIds.join(', '),
  item.releaseCounter,
];

const agreementHead = ['What', 'Who', 'When', 'Hash', 'Comment', 'Void since', 'Because'];
const agreementRows = ({ signOff, approvals }: ReleaseDetail): (readonly Cell[])[] => [
  ...(signOff
    ? [
        [
          signOff.passed ? 'verification passed' : 'verification failed',
          signOff.by.name,
          signOff.at,
          signOff.hash,
          signOff.comment,
          signOff.voidedAt,
          signOff.voidedBecause,
        ],
      ]
    : []),
  ...approvals.map((a) => ['approval', a.by.name, a.at, a.hash, a.comment, a.voidedAt, a.voidedBecause]),
];
