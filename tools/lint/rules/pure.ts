import { defineRule, memberName } from './rule.ts';

const impure: Readonly<Record<string, string>> = Object.freeze({
  'Date.now': 'take the time from the injected clock',
  'performance.now': 'take the time from the injected clock',
  'Math.random': 'take randomness as an argument',
  'process.env': 'pass the value in as an argument',
});

/** Domain code and packages are functions of their arguments: no clock, no dice, no environment (architecture s3, rule 5). */
export const pure = defineRule('Domain code and packages read no clock, randomness or environment', (context) => ({
  MemberExpression(node) {
    const name = memberName(node)?.replace(/^globalThis\./, '');
    const remedy = name === undefined ? undefined : impure[name];
    if (remedy !== undefined) context.report({ node, message: `${name} is not pure: ${remedy}.` });
  },
  NewExpression(node) {
    if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0)
      context.report({ node, message: 'new Date() is not pure: take the time from the injected clock.' });
  },
  CallExpression(node) {
    if (node.callee.type === 'Identifier' && node.callee.name === 'Date')
      context.report({ node, message: 'Date() is not pure: take the time from the injected clock.' });
  },
}));
