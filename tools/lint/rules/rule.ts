import type { RuleTester } from 'oxlint/plugins-dev';

// oxlint 1.94 exports its plugin types only through the test harness, so they are taken from there.
export type Rule = Parameters<RuleTester['run']>[1];
type PlainRule = Extract<Rule, { create: unknown }>;
export type Context = Parameters<PlainRule['create']>[0];
type Visitor = ReturnType<PlainRule['create']>;
export type NodeOf<Kind extends keyof Visitor> = Parameters<NonNullable<Visitor[Kind]>>[0];
export type Expression = NodeOf<'CallExpression'>['callee'];
export type Argument = NodeOf<'CallExpression'>['arguments'][number];

/** A house rule: one sentence that says what it holds, and the visitor that reports. */
export function defineRule(description: string, create: (context: Context) => Visitor): Rule {
  return { meta: { type: 'problem', docs: { description } }, create };
}

/** `a.b` as text where both halves are plain names; undefined otherwise. */
export function memberName(node: Expression): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
  const { object, property } = node;
  if (object.type === 'Identifier') return `${object.name}.${property.name}`;
  if (object.type === 'ThisExpression') return `this.${property.name}`;
  const parent = memberName(object as Expression);
  return parent === undefined ? undefined : `${parent}.${property.name}`;
}

/** The last name of a callee: `query` for `query()`, `client.query()` and `this.pool.query()`. */
export function calledName(callee: Expression): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return undefined;
  return callee.property.name;
}
