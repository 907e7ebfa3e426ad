import { type Argument, type Context, calledName, defineRule, memberName, type NodeOf } from './rule.ts';

/** pg quotes what passes through these, so that an identifier may stand in a statement (a value is still a parameter). */
const quoting = new Set(['escapeIdentifier', 'escapeLiteral']);

function isQuoted(node: Argument): boolean {
  return node.type === 'CallExpression' && quoting.has(calledName(node.callee) ?? '');
}

/** Text put together at run time: a template with something in it, or a sum in which not all parts are literals. */
function isBuilt(node: Argument, context: Context): boolean {
  if (node.type === 'TemplateLiteral') return node.expressions.some((part) => !isQuoted(part));
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    return [node.left, node.right].some((side) => !isFixed(side as Argument, context));
  }
  if (node.type === 'ObjectExpression') return node.properties.some((member) => isBuiltText(member, context));
  if (node.type === 'Identifier') return isBuiltConstant(node, context);
  return false;
}

function isFixed(node: Argument, context: Context): boolean {
  if (node.type === 'Literal' || isQuoted(node)) return true;
  return (node.type === 'TemplateLiteral' || node.type === 'BinaryExpression') && !isBuilt(node, context);
}

function isBuiltText(member: NodeOf<'ObjectExpression'>['properties'][number], context: Context): boolean {
  if (member.type !== 'Property' || member.key.type !== 'Identifier' || member.key.name !== 'text') return false;
  return isBuilt(member.value as Argument, context);
}

/** Follows `const text = ...` to where it was put together, in this scope or one around it. */
function isBuiltConstant(node: Extract<Argument, { type: 'Identifier' }>, context: Context): boolean {
  let scope: ReturnType<typeof context.sourceCode.getScope> | null = context.sourceCode.getScope(node);
  for (; scope !== null; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable === undefined) continue;
    const definition = variable.defs[0]?.node;
    const init = definition?.type === 'VariableDeclarator' ? definition.init : null;
    return init !== null && init !== undefined && init.type !== 'Identifier' && isBuilt(init as Argument, context);
  }
  return false;
}

/** Values travel as parameters, never as text: `query('... $1', [value])` or the tagged template `sql`. */
export const noStringSql = defineRule('SQL is not put together from strings', (context) => ({
  CallExpression(node) {
    const name = memberName(node.callee) ?? '';
    const takesSql = calledName(node.callee) === 'query' || /(^|\.)(sql|CompiledQuery)\.raw$/.test(name);
    const [statement] = node.arguments;
    if (!takesSql || statement === undefined || !isBuilt(statement, context)) return;
    const message = 'SQL put together from strings: pass values as parameters, names through escapeIdentifier().';
    context.report({ node: statement, message });
  },
}));
