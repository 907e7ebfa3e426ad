import type { CommonScope, DecisionScope, Finding } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { areaOf, client, query } from '../../api.ts';
import {
  commonScopeOf,
  type DecisionDraft,
  scopeLacks,
  scopeOf,
  verdictOf,
  type Whereabouts,
} from './decision-draft.ts';

/** What is decided about: a vulnerability, perhaps in one component version only, or findings that a person has chosen. */
export type DecisionSubject =
  | { readonly ref: string; readonly component?: Pick<Finding['component'], 'id' | 'name' | 'version'> }
  | { readonly findings: readonly Finding[] };

export interface Covers {
  readonly findings: number;
  readonly softwareVersions: number;
  readonly vehicles: number;
}

const mostPlaces = 500;
/** A dry run needs a verdict that is always complete. */
const asked = { status: 'affected', detail: '–', dryRun: true } as const;
const idsOf = (findings: readonly Finding[]) => findings.map(({ id }) => id);

export function titleOf(subject: DecisionSubject): string {
  if ('findings' in subject) {
    const [first, ...others] = subject.findings;
    if (first && others.length === 0) return `Decide about ${first.ref} in ${nameOf(first.component)}`;
    return `Decide about ${subject.findings.length} findings`;
  }
  return `Decide about ${subject.ref}${subject.component ? ` in ${nameOf(subject.component)}` : ''}`;
}
const nameOf = ({ name, version }: Pick<Finding['component'], 'name' | 'version'>) => [name, version].join(' ').trim();

/** The kinds of scope that make sense, the most specific first. */
export function kindsOf(subject: DecisionSubject): readonly DecisionScope['kind'][] {
  const narrowed = 'findings' in subject || subject.component !== undefined;
  return narrowed ? ['software', 'component', 'ecu', 'model'] : ['software', 'ecu', 'model', 'everywhere'];
}

/** Where it occurs, to choose a scope from. */
export function useWhereabouts(subject: DecisionSubject): { readonly loading: boolean; readonly found: Whereabouts } {
  const ref = 'findings' in subject ? '' : subject.ref;
  const one = useQuery({
    ...query('listOccurrences', { params: { ref }, query: { limit: mostPlaces } }),
    enabled: ref !== '',
  });
  const body = {
    findings: 'findings' in subject ? idsOf(subject.findings) : [],
    scope: { kind: 'component' },
    ...asked,
  };
  const many = useQuery({
    queryKey: [areaOf('decideFindings'), 'decideFindings', body] as const,
    queryFn: () => client.decideFindings({ body: { ...body, scope: { kind: 'component' } } }),
    enabled: ref === '',
  });
  if ('findings' in subject) return { loading: many.isLoading, found: many.data ?? { software: [], roles: [] } };
  const componentId = subject.component?.id;
  const here = (one.data?.items ?? []).filter(
    ({ component }) => componentId === undefined || component.id === componentId,
  );
  return {
    loading: one.isLoading,
    found: { software: here.map(({ software }) => software), roles: here.flatMap(({ roles }) => roles) },
  };
}

/** What the decision would reach, counted by the server; `outside` = findings that do not occur in the scope. */
export function useReach(subject: DecisionSubject, draft: DecisionDraft) {
  const call = callOf(subject, draft);
  return useQuery({
    queryKey: [areaOf('createDecision'), 'createDecision', call] as const,
    queryFn: async (): Promise<{ covers: Covers; outside: number }> => {
      if ('findings' in call) return client.decideFindings({ body: { ...call, ...asked } });
      return { ...(await client.createDecision({ body: { ...call, ...asked } })), outside: 0 };
    },
    enabled: scopeLacks(draft) === undefined,
  });
}

type DecisionCall =
  | { readonly findings: string[]; readonly scope: CommonScope }
  | { readonly ref: string; readonly scope: DecisionScope };

const callOf = (subject: DecisionSubject, draft: DecisionDraft): DecisionCall =>
  'findings' in subject
    ? { findings: idsOf(subject.findings), scope: commonScopeOf(draft) }
    : { ref: subject.ref, scope: scopeOf(draft, subject.component?.id) };

/** Decides, and answers what was reached. */
export async function send(subject: DecisionSubject, draft: DecisionDraft, now: Date): Promise<Covers> {
  const call = callOf(subject, draft);
  const verdict = verdictOf(draft, now);
  const { covers } =
    'findings' in call
      ? await client.decideFindings({ body: { ...call, ...verdict } })
      : await client.createDecision({ body: { ...call, ...verdict } });
  return covers;
}
