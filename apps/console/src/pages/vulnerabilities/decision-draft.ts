import type { CommonScope, Decision, DecisionScope, Justification, Occurrence } from '@bulkhead/contract';
import { endOf } from './decision-words.ts';

/** What a person has filled in so far. */
export interface DecisionDraft {
  readonly status: Decision['status'];
  readonly justification: Justification | undefined;
  readonly kind: DecisionScope['kind'];
  /** Id of the software version, `role` or `role model`, or the model: by the kind of scope. */
  readonly target: string;
  readonly detail: string;
  readonly evidence: string;
  readonly days: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Where something occurs, as far as a scope can name it. */
export interface Whereabouts {
  readonly software: readonly Pick<Occurrence['software'], 'id' | 'name' | 'version'>[];
  readonly roles: readonly { readonly model: string; readonly role: string }[];
}

/** What can be chosen for each kind of scope, from where it occurs. */
export function choicesOf({ software, roles }: Whereabouts) {
  const distinct = (choices: readonly Choice[]): Choice[] =>
    [...new Map(choices.map((one) => [one.value, one])).values()].toSorted((a, b) => (a.label < b.label ? -1 : 1));
  return {
    software: distinct(software.map(({ id, name, version }) => ({ value: id, label: `${name} ${version}` }))),
    ecu: distinct([
      ...roles.map(({ role }) => ({ value: role, label: `${role}, every model` })),
      ...roles.map(({ role, model }) => ({ value: `${role} ${model}`, label: `${role} of ${model}` })),
    ]),
    model: distinct(roles.map(({ model }) => ({ value: model, label: model }))),
    component: [],
    everywhere: [],
  } satisfies Record<DecisionScope['kind'], Choice[]>;
}

/** The scope that the draft means, narrowed to the component of the page. */
export function scopeOf({ kind, target }: DecisionDraft, componentId: string | undefined): DecisionScope {
  const narrowed = componentId === undefined ? {} : { componentId };
  const [role = '', model] = target.split(' ');
  switch (kind) {
    case 'everywhere':
      return { kind };
    case 'component':
      return { kind, ...narrowed };
    case 'software':
      return { kind, softwareId: target, ...narrowed };
    case 'ecu':
      return { kind, role, ...(model === undefined ? {} : { model }), ...narrowed };
    case 'model':
      return { kind, model: target, ...narrowed };
  }
}

/** The scope for several findings; the server narrows it to the component version of each. */
export function commonScopeOf(draft: DecisionDraft): CommonScope {
  const { kind, ...scope } = scopeOf(draft, undefined);
  return { ...scope, kind: kind === 'everywhere' ? 'component' : kind };
}

/** What the scope still lacks; without it nothing can be counted. */
export function scopeLacks({ kind, target }: DecisionDraft): string | undefined {
  if (kind === 'software' && target === '') return 'Choose a software version';
  if (kind === 'ecu' && target === '') return 'Choose an ECU role';
  return kind === 'model' && target === '' ? 'Choose a model' : undefined;
}

/** What a draft still lacks before it can be decided. */
export function draftLacks(draft: DecisionDraft): string | undefined {
  const scope = scopeLacks(draft);
  if (scope !== undefined) return scope;
  if (draft.status === 'not-affected' && draft.justification === undefined) return 'Say why it is not affected';
  return draft.detail.trim() === '' ? 'Explain the decision: others must be able to follow it' : undefined;
}

/** The verdict to send, without where it holds. */
export function verdictOf(draft: DecisionDraft, now: Date) {
  const evidence = draft.evidence
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const expiresAt = endOf(draft.days, now);
  return {
    status: draft.status,
    ...(draft.status === 'not-affected' && draft.justification ? { justification: draft.justification } : {}),
    detail: draft.detail.trim() || '–',
    ...(evidence.length > 0 ? { evidence } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
