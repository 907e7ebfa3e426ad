import type { Dossier, ReleaseDetail } from '@bulkhead/contract';

type Gap = ReleaseDetail['gaps'][number];

interface Judged {
  readonly models: readonly string[];
  readonly items: readonly unknown[];
  readonly dossier: Dossier;
}

const prose: readonly (readonly [
  clause: string,
  field: string,
  text: (dossier: Dossier) => string,
  message: string,
])[] = [
  ['7.1.2.5 a', 'purpose', (d) => d.purpose, 'Say what the update is for.'],
  ['7.1.2.5 g', 'execution.how', (d) => d.execution.how, 'Say how the update is carried out.'],
  [
    '7.1.2.5 g',
    'execution.conditions',
    (d) => d.execution.conditions,
    'Say under which conditions it may be carried out.',
  ],
  ['7.1.2.5 h', 'safety.statement', (d) => d.safety.statement, 'Say how it is carried out safely and securely.'],
  [
    '7.2.2.1.1',
    'safety.safeState',
    (d) => d.safety.safeState,
    'Say how a vehicle comes back to its former software or to a safe state.',
  ],
  [
    '7.2.2.1.2',
    'safety.power',
    (d) => d.safety.power,
    'Say how enough power for the update and for recovery is ensured.',
  ],
  ['7.1.2.5 i', 'verification.summary', (d) => d.verification.summary, 'Say what was verified and validated.'],
  ['7.2.2.2 a', 'user.purpose', (d) => d.user.purpose, 'Tell the user what the update is for.'],
  ['7.2.2.2 b', 'user.changes', (d) => d.user.changes, 'Tell the user what changes.'],
  [
    '7.2.2.2 d',
    'user.unavailable',
    (d) => d.user.unavailable,
    'Tell the user which functions are not available meanwhile.',
  ],
  ['7.2.2.2 e', 'user.instructions', (d) => d.user.instructions, 'Tell the user what helps to carry it out safely.'],
];

const questionClauses: Readonly<Record<keyof Dossier['questionnaire'], string>> = {
  typeApprovedSystems: '7.1.1.8',
  typeApprovalParameters: '7.1.1.8',
  functionsAdded: '7.1.1.9',
  functionsAltered: '7.1.1.9',
  legalParameters: '7.1.1.9',
  informationPackage: '7.1.1.9',
  testResults: '7.1.1.9',
  approvalOfVehicle: '7.1.1.9',
  otherSystems: '7.1.1.10',
  safeOperation: '7.1.1.10',
  registration: '7.1.1.10',
};

const blank = (text: string) => text.trim() === '';

/** What is missing before verification can begin, each with the clause of UN R156 that asks for it. */
export function dossierGaps({ models, items, dossier }: Judged): Gap[] {
  const gaps: Gap[] = [];
  const ask = (missing: boolean, clause: string, field: string, message: string) => {
    if (missing) gaps.push({ clause, field, message });
  };
  ask(models.length === 0, '7.1.1.6', 'models', 'Name the vehicle types it is for.');
  ask(items.length === 0, '7.1.1.2', 'items', 'Add at least one image.');
  for (const [clause, field, text, message] of prose) ask(blank(text(dossier)), clause, field, message);
  ask(dossier.affected.length === 0, '7.1.2.5 b', 'affected', 'Name the systems and functions it may affect.');
  for (const [i, { typeApproved, regulation = '' }] of dossier.affected.entries())
    ask(
      typeApproved && blank(regulation),
      '7.1.2.5 c',
      `affected.${i}.regulation`,
      'Name the regulation the system is approved under.',
    );
  effectGaps(dossier, ask);
  questionGaps(dossier, ask);
  approvalGaps(dossier, ask);
  ask(
    dossier.verification.reports.length === 0,
    '7.1.2.5 i',
    'verification.reports',
    'Name at least one report of verification or validation.',
  );
  ask(dossier.user.durationMinutes === null, '7.2.2.2 c', 'user.durationMinutes', 'Say how long the update takes.');
  ask(
    dossier.safety.whileDriving && blank(dossier.safety.drivingAssessment),
    '7.1.4.1',
    'safety.drivingAssessment',
    'An update while driving needs an assessment that it does not endanger anybody.',
  );
  ask(
    !dossier.safety.whileDriving && dossier.preconditions.length === 0,
    '7.2.2.5',
    'preconditions',
    'Name the conditions that the vehicle must meet before it starts.',
  );
  return gaps;
}

type Ask = (missing: boolean, clause: string, field: string, message: string) => void;

function effectGaps({ requirements, parameters }: Dossier, ask: Ask): void {
  for (const [clause, field, effect] of [
    ['7.1.2.5 d', 'requirements', requirements],
    ['7.1.2.5 e', 'parameters', parameters],
  ] as const) {
    ask(effect.affected === null, clause, field, 'Say whether they are affected.');
    ask(effect.affected === true && blank(effect.explanation), clause, `${field}.explanation`, 'Explain the effect.');
  }
}

function questionGaps({ questionnaire }: Dossier, ask: Ask): void {
  for (const [name, clause] of Object.entries(questionClauses) as [keyof Dossier['questionnaire'], string][]) {
    const { answer, explanation } = questionnaire[name];
    ask(answer === 'open', clause, `questionnaire.${name}`, 'Answer the question.');
    ask(answer === 'yes' && blank(explanation), clause, `questionnaire.${name}`, 'A yes needs an explanation.');
  }
}

/** A decision not to involve the authority is kept with its reason: such decisions may be sampled (UN R156 9.1.3). */
function approvalGaps({ approval, questionnaire, affected, requirements, parameters }: Dossier, ask: Ask): void {
  const { decision } = approval;
  ask(decision === 'open', '7.1.2.5 f', 'approval.decision', 'Decide whether an approval is sought.');
  ask(
    decision === 'not-sought' && blank(approval.reason),
    '9.1.3',
    'approval.reason',
    'Say why no approval is sought.',
  );
  ask(
    decision !== 'open' && decision !== 'not-sought' && blank(approval.authority),
    '7.1.2.5 f',
    'approval.authority',
    'Name the authority.',
  );
  const touches =
    questionnaire.typeApprovedSystems.answer === 'yes' ||
    requirements.affected === true ||
    parameters.affected === true;
  ask(
    touches && !affected.some(({ typeApproved }) => typeApproved),
    '7.1.2.5 c',
    'affected',
    'Type-approved systems are affected: name which.',
  );
}
