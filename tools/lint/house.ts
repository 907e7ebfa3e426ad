import { noEnum } from './rules/no-enum.ts';
import { noShell } from './rules/no-shell.ts';
import { noStringSql } from './rules/no-string-sql.ts';
import { pure } from './rules/pure.ts';
import { todoWithIssue } from './rules/todo-with-issue.ts';

/** The rules of the house that no stock linter has; `.oxlintrc.json` says where each applies. */
const house = {
  meta: { name: 'house' },
  rules: {
    'no-enum': noEnum,
    'no-shell': noShell,
    'no-string-sql': noStringSql,
    pure,
    'todo-with-issue': todoWithIssue,
  },
};

// oxlint loads a plugin by its default export.
export default house;
