import type { ReleaseDetail } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import { LocalTable } from '../../table/local-table.tsx';
import type { Column } from '../../table/server-table.tsx';
import { Stack } from '../../ui/page.tsx';
import { AbsoluteTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { useFourEyes } from './marks.tsx';

interface Row {
  readonly what: string;
  readonly state: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
  readonly hash: string;
  readonly comment: string;
  readonly why: string;
}

function rowsOf({ signOff, approvals, hash }: ReleaseDetail): Row[] {
  const common = (act: NonNullable<ReleaseDetail['signOff']> | ReleaseDetail['approvals'][number]) => ({
    by: act.by.name,
    at: act.at,
    hash: act.hash,
    comment: act.comment,
    why: act.voidedBecause ?? (act.hash === hash ? '' : 'Another hash'),
  });
  const signed = signOff
    ? [
        {
          what: 'Verification and validation',
          state: signOff.voidedAt ? 'void' : signOff.passed ? 'valid' : 'failed',
          text: signOff.voidedAt ? 'Void' : signOff.passed ? 'Passed' : 'Failed',
          ...common(signOff),
        },
      ]
    : [];
  const agreed = approvals.map((approval) => ({
    what: 'Approval',
    state: approval.voidedAt ? 'void' : 'valid',
    text: approval.voidedAt ? 'Void' : 'Holds',
    ...common(approval),
  }));
  return [...signed, ...agreed];
}

const columns: readonly Column<Row>[] = [
  { id: 'what', header: 'What', rowHeader: true, width: 210, cell: ({ what }) => what },
  { id: 'state', header: 'Standing', width: 120, cell: ({ state, text }) => <Status state={state}>{text}</Status> },
  { id: 'by', header: 'Who', width: 160, cell: ({ by }) => by },
  { id: 'at', header: 'When', width: 210, cell: ({ at }) => <AbsoluteTime at={at} /> },
  {
    id: 'hash',
    header: 'Of the hash',
    width: 150,
    cell: ({ hash }) => <span className="bh-mono">{hash.slice(0, 12)}…</span>,
  },
  { id: 'comment', header: 'Comment', width: 240, cell: ({ comment }) => comment || '–' },
  { id: 'why', header: 'Void because', width: 240, cell: ({ why }) => why || '–' },
];

/** Who answers for the release, bound to its hash, and who may not and why. */
export function ReleaseAgreements({ release }: { release: ReleaseDetail }) {
  const own = useFourEyes(release.authors, 'written parts of this release');
  const authors = release.authors.map(({ name }) => name).join(', ');
  return (
    <Stack>
      <Section title="Who may decide">
        <Stack>
          <ul className="bh-plain-list">
            <li>
              <b>Sign-off of verification:</b> one person with the permission <i>updates.approve</i> who did not write
              any part of it.
            </li>
            <li>
              <b>Approval:</b> two different people with that permission, none of whom wrote any part of it; both agree
              to the same hash, after the sign-off.
            </li>
            <li>
              <b>May not, because they wrote parts of it:</b> {authors || 'nobody yet'}.
            </li>
            <li>
              <b>Voids sign-off and approvals:</b> any change to contents, rules, fixed vulnerabilities, RXSWINs or
              dossier; a return to the authors; a later sign-off that failed.
            </li>
          </ul>
          {own && <Alert type="info">{own}.</Alert>}
        </Stack>
      </Section>
      <LocalTable
        title="Sign-off and approvals"
        noun="agreements"
        items={rowsOf(release)}
        columns={columns}
        rowId={({ what, at, by }) => `${what} ${at} ${by}`}
        description={`What holds now is bound to ${release.hash.slice(0, 12)}…`}
        empty={
          <Empty
            title="Nobody has agreed to anything yet"
            next="When the dossier is complete, hand the release to verification, or:"
            command={`bulkhead releases submit ${release.id}`}
          />
        }
      />
    </Stack>
  );
}
