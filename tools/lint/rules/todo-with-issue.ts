import { defineRule } from './rule.ts';

const marker = /\b(?:TODO|FIXME|XXX|HACK)\b(?:\(#\d+\))?/g;

/** A note without an issue is a note nobody will find again. */
export const todoWithIssue = defineRule('TODO names its issue: TODO(#12)', (context) => ({
  Program() {
    for (const comment of context.sourceCode.getAllComments()) {
      const loose = comment.value.match(marker)?.find((found) => !/^TODO\(#\d+\)$/.test(found));
      if (loose === undefined) continue;
      const message = `${loose} without an issue: open one and write TODO(#number), or do it now.`;
      context.report({ loc: comment.loc, message });
    }
  },
}));
