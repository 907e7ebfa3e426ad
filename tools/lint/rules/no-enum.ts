import { defineRule } from './rule.ts';

/** Node runs the sources by stripping types, and an enum is not only a type. */
export const noEnum = defineRule('A closed set is a union of literals, not an enum', (context) => ({
  TSEnumDeclaration(node) {
    const message = "No enum: write a union ('a' | 'b') or an object `as const`.";
    context.report({ node, message });
  },
}));
