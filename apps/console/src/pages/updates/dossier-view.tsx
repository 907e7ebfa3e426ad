import './updates.css';
import type { Dossier, ReleaseDetail } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Link from '@cloudscape-design/components/link';
import { paths } from '../../paths.ts';
import { downloadUrl } from '../../ui/download.ts';
import { Actions, Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { dossierSections, gapsOf, lockedText, type SectionId } from './dossier-sections.ts';
import { approvalTexts, criticalityTexts, measured, questionTexts, signalTexts } from './update-words.ts';

type Pair = readonly [label: string, text: React.ReactNode];

const yesNo = (value: boolean | null) => (value === null ? '' : value ? 'Yes' : 'No');
const joined = (...parts: readonly (string | undefined)[]) => parts.filter(Boolean).join('. ');

const pairsOf: Readonly<Record<SectionId, (dossier: Dossier) => readonly Pair[]>> = {
  purpose: (d) => [['Purpose', d.purpose]],
  affected: (d) =>
    d.affected.map(({ system, functions, typeApproved, regulation }) => [
      system,
      joined(functions, typeApproved ? `Type-approved under ${regulation || '(not named)'}` : 'Not type-approved'),
    ]),
  effects: (d) => [
    ['Requirements affected', joined(yesNo(d.requirements.affected), d.requirements.explanation)],
    ['Parameters affected', joined(yesNo(d.parameters.affected), d.parameters.explanation)],
  ],
  approval: ({ approval }) => [
    ['Decision', approvalTexts[approval.decision]],
    ['Authority', joined(approval.authority, approval.reference)],
    ['Reason', approval.reason],
  ],
  execution: ({ execution }) => [
    ['How', execution.how],
    ['Under which conditions', execution.conditions],
  ],
  safety: ({ safety }) => [
    ['Safe and secure because', safety.statement],
    ['Way back', safety.safeState],
    ['Power', safety.power],
    ['While driving', joined(yesNo(safety.whileDriving), safety.drivingAssessment)],
  ],
  verification: ({ verification }) => [
    ['Summary', verification.summary],
    ...verification.reports.map(({ title, reference }): Pair => [title, reference]),
  ],
  questionnaire: ({ questionnaire }) =>
    Object.entries(questionTexts).map(([name, [, text]]) => {
      const { answer, explanation } = questionnaire[name as keyof typeof questionTexts];
      return [text, joined(answer === 'open' ? '' : answer === 'yes' ? 'Yes' : 'No', explanation)];
    }),
  user: ({ user }) => [
    ['Purpose', joined(criticalityTexts[user.criticality], user.purpose)],
    ['Changes', user.changes],
    ['Takes', user.durationMinutes === null ? '' : `${user.durationMinutes} min`],
    ['Not available meanwhile', user.unavailable],
    ['Instructions', user.instructions],
  ],
  conditions: (d) => [
    [
      'Preconditions',
      d.preconditions
        .map(({ signal, minimum }) => {
          const unit = measured.get(signal);
          return unit ? `${signalTexts[signal]} at least ${minimum ?? 0} ${unit}` : signalTexts[signal];
        })
        .join(', '),
    ],
    ['Workshop only', yesNo(d.workshopOnly)],
    ['User must agree', yesNo(d.consentRequired)],
  ],
};

function View({ id, release }: { id: SectionId; release: ReleaseDetail }) {
  const section = dossierSections.find((one) => one.id === id);
  if (!section) return null;
  const gaps = gapsOf(section, release.gaps);
  return (
    <Section
      title={section.title}
      description={`UN R156 ${section.clause}`}
      actions={
        lockedText(release) ? undefined : (
          <Link href={paths.releaseDossier(release.id, id)}>Change {section.title.toLowerCase()}</Link>
        )
      }
    >
      <dl className="bh-pairs">
        {pairsOf[id](release.dossier).map(([label, text], i) => (
          // two systems may have one name
          <div key={`${i} ${label}`}>
            <dt>{label}</dt>
            <dd>{text || '–'}</dd>
          </div>
        ))}
      </dl>
      <ul className="bh-plain-list">
        {gaps.map(({ field, clause, message }) => (
          <li key={`${field} ${message}`}>
            <Status state="open">
              {message} ({clause})
            </Status>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The dossier to read, with what is missing in each section. */
export function DossierView({
  release,
  exports,
}: {
  release: ReleaseDetail;
  exports: { readonly html: string; readonly json: string };
}) {
  const outside = release.gaps.filter(({ field }) => field === 'models' || field === 'items');
  return (
    <Stack>
      <Actions>
        <ButtonDropdown
          items={[
            { id: 'html', text: 'A page to print', secondaryText: 'With sign-off and approvals, for the authority' },
            { id: 'json', text: 'JSON' },
          ]}
          onItemClick={({ detail }) => downloadUrl(detail.id === 'html' ? exports.html : exports.json)}
        >
          Export dossier
        </ButtonDropdown>
      </Actions>
      {outside.length > 0 && (
        <ul className="bh-plain-list">
          {outside.map(({ field, clause, message }) => (
            <li key={field}>
              <Status state="open">
                {message} ({clause}) <Link href={paths.releaseContents(release.id)}>Change the contents</Link>
              </Status>
            </li>
          ))}
        </ul>
      )}
      {dossierSections.map(({ id }) => (
        <View key={id} id={id} release={release} />
      ))}
    </Stack>
  );
}
