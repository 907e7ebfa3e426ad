import { SbomError } from './errors.ts';
import { defined } from './json/fields.ts';
import { type Place, pathOf } from './json/place.ts';
import { isDateTime, toUtc } from './json/rules.ts';
import type { SbomLimits } from './limits.ts';
import type { EmbeddedStatement } from './model.ts';

/** A statement as a reader finds it: what is absent is undefined. */
export type FoundStatement = { readonly [K in keyof EmbeddedStatement]: EmbeddedStatement[K] | undefined } & {
  readonly vulnerability: string;
  readonly responses: readonly string[];
  readonly refs: readonly string[];
};

export interface StatementCollector {
  add(statement: FoundStatement, at: Place): void;
  list(): readonly EmbeddedStatement[];
}

/** Joins statements that say the same about different components: a build system writes one per package. */
export function collectStatements(limits: SbomLimits): StatementCollector {
  const kept = new Map<string, { statement: FoundStatement; refs: Set<string> }>();
  let count = 0;
  return {
    add(statement, at) {
      count += Math.max(1, statement.refs.length);
      if (count > limits.maxStatements) {
        const detail = `more than ${limits.maxStatements} vulnerability statements (maxStatements); send them as VEX`;
        throw new SbomError('sbom.too-many-statements', pathOf(at), detail);
      }
      const { vulnerability, status, justification, detail, responses, at: time } = statement;
      const key = JSON.stringify([vulnerability, status, justification, detail, responses, time]);
      const known = kept.get(key);
      if (known) for (const ref of statement.refs) known.refs.add(ref);
      else kept.set(key, { statement, refs: new Set(statement.refs) });
    },
    list: () =>
      [...kept.values()].map(({ statement, refs }) => defined<EmbeddedStatement>({ ...statement, refs: [...refs] })),
  };
}

/** The first text that is a time, in UTC. */
export function firstTime(...texts: readonly (string | undefined)[]): string | undefined {
  const found = texts.find((text) => text !== undefined && isDateTime(text));
  return found && toUtc(found);
}
