import type { AffectedPackage, VersionStatement } from '../model.ts';
import type { Judgement } from './judge.ts';

const maxShown = 12;

/** One statement for people: ">= 1.1.0, < 1.1.1k". */
export function describeStatement(statement: VersionStatement): string {
  const { exact, from, fromExcluded, before, upTo, words, changes } = statement;
  if (words !== undefined) return `"${words}"`;
  if (exact !== undefined) return `version ${exact}`;
  const bounds = [
    from === undefined ? undefined : `${fromExcluded ? '>' : '>='} ${from}`,
    before === undefined ? undefined : `< ${before}`,
    upTo === undefined || upTo === '*' ? undefined : `<= ${upTo}`,
  ].filter((bound) => bound !== undefined);
  const range = bounds.length === 0 ? 'every version' : bounds.join(', ');
  const changed = (changes ?? []).slice(0, maxShown).map(({ at, status }) => `, ${status} from ${at}`);
  return `${range}${changed.join('')}`;
}

function list(statements: readonly VersionStatement[]): string {
  const shown = statements.slice(0, maxShown).map(describeStatement).join('; ');
  const more = statements.length - maxShown;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

/** What of the entry decided. */
export function describeJudgement(affected: AffectedPackage, { by, status }: Judgement): string {
  switch (by.kind) {
    case 'statement':
      return describeStatement(by.statement);
    case 'listed':
      return `listed version ${by.version}`;
    case 'open':
      return list(by.statements);
    case 'default': {
      if (status === 'silent') return 'commits only, no version numbers';
      const exceptions = affected.versions.filter((statement) => statement.status !== status);
      return exceptions.length === 0 ? 'every version' : `every version except ${list(exceptions)}`;
    }
  }
}

/** What the entry says, for a component whose version is not known. */
export function describeEntry(affected: AffectedPackage): string {
  const meant = affected.versions.filter(({ status }) => status !== 'unaffected');
  if (meant.length > 0) return list(meant);
  const listed = affected.listed ?? [];
  if (listed.length > 0) return `${listed.length} listed versions, ${listed[0]} among them`;
  return affected.defaultStatus === 'affected' ? 'every version' : 'versions not given';
}
