import type { Dossier, ReleaseDetail } from '@bulkhead/contract';

export type SectionId =
  | 'purpose'
  | 'affected'
  | 'effects'
  | 'approval'
  | 'execution'
  | 'safety'
  | 'verification'
  | 'questionnaire'
  | 'user'
  | 'conditions';

export interface FormProps {
  readonly dossier: Dossier;
  readonly onChange: (change: Partial<Dossier>) => void;
}

interface DossierSection {
  readonly id: SectionId;
  readonly title: string;
  readonly clause: string;
  /** The members of the dossier that it edits. */
  readonly members: readonly (keyof Dossier)[];
}

/** The sections of a dossier in the order of UN R156. */
export const dossierSections: readonly DossierSection[] = [
  { id: 'purpose', title: 'Purpose', clause: '7.1.2.5 a', members: ['purpose'] },
  { id: 'affected', title: 'Systems and functions', clause: '7.1.2.5 b, c', members: ['affected'] },
  {
    id: 'effects',
    title: 'Requirements and parameters',
    clause: '7.1.2.5 d, e',
    members: ['requirements', 'parameters'],
  },
  { id: 'approval', title: 'Type approval', clause: '7.1.2.5 f', members: ['approval'] },
  { id: 'execution', title: 'How it is carried out', clause: '7.1.2.5 g', members: ['execution'] },
  { id: 'safety', title: 'Safe and secure', clause: '7.1.2.5 h, 7.2.2.1', members: ['safety'] },
  { id: 'verification', title: 'Verification', clause: '7.1.2.5 i', members: ['verification'] },
  { id: 'questionnaire', title: 'Impact questionnaire', clause: '7.1.1.8 to 7.1.1.10', members: ['questionnaire'] },
  { id: 'user', title: 'User information', clause: '7.2.2.2 a to e', members: ['user'] },
  {
    id: 'conditions',
    title: 'Preconditions, workshop, consent',
    clause: '7.2.2.5, 7.1.4.2',
    members: ['preconditions', 'workshopOnly', 'consentRequired'],
  },
];

type Gap = ReleaseDetail['gaps'][number];

/** Gaps of one section; those of models and images belong to none. */
export function gapsOf(section: Pick<DossierSection, 'members'>, gaps: readonly Gap[]): Gap[] {
  const members = new Set<string>(section.members);
  return gaps.filter(({ field }) => members.has(field.split('.')[0] ?? ''));
}

/** The sections in which two dossiers differ. */
export function changedSections(before: Dossier, after: Dossier): SectionId[] {
  const differs = (member: keyof Dossier) => JSON.stringify(before[member]) !== JSON.stringify(after[member]);
  return dossierSections.filter(({ members }) => members.some(differs)).map(({ id }) => id);
}

/** Why contents and dossier can no longer be changed; undefined while they can. */
export const lockedText = ({ state }: Pick<ReleaseDetail, 'state'>): string | undefined =>
  state === 'published' || state === 'deprecated' || state === 'withdrawn'
    ? `It is ${state}: contents and dossier stay as they are. Open another release for a change.`
    : undefined;

/** What saving would void, in words; undefined when nothing has been agreed to. */
export function voidedBySaving({ signOff, approvals, state }: ReleaseDetail): string | undefined {
  const signed = signOff !== null && signOff.voidedAt === null;
  const holds = approvals.filter(({ voidedAt }) => voidedAt === null);
  if (!signed && holds.length === 0)
    return state === 'draft'
      ? undefined
      : 'Saving takes the release back to draft; it must be handed to verification again.';
  const parts = [
    ...(signed && signOff ? [`the sign-off by ${signOff.by.name}`] : []),
    ...(holds.length > 0 ? [`the approval by ${holds.map(({ by }) => by.name).join(' and ')}`] : []),
  ];
  return `Saving voids ${parts.join(' and ')} and takes the release back to draft. They agreed to another hash.`;
}
