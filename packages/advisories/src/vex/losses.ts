import type { VexDocumentHead, VexLoss, VexStatement } from './model.ts';

export interface Losses {
  add(statement: number, what: string | undefined): void;
  list(): readonly VexLoss[];
}

/** Collects what a format could not carry, once each. Documents have one author: other authors' words are a loss. */
export function createLosses(statements: readonly VexStatement[], head: VexDocumentHead): Losses {
  const kept = new Map<string, VexLoss>();
  function add(statement: number, what: string | undefined): void {
    if (what !== undefined) kept.set(`${statement} ${what}`, { statement, what });
  }
  for (const [i, { author }] of statements.entries()) {
    if (author !== head.author) add(i, `said by ${author}, the document names ${head.author} only`);
  }
  return { add, list: () => [...kept.values()] };
}
