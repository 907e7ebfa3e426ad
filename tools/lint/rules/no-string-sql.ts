import { type Argument, type Context, calledName, defineRule, memberName, type NodeOf } from './rule.ts';

type Identifier = Extract<Argument, { type: 'Identifier' }>;

/** pg quotes what passes through these, so that an identifier may stand in a statement (a value is still a parameter). */
const quoting = new Set(['escapeIdentifier', 'escapeLiteral']);

function isQuoted(node: Argument): boolean {
  return node.type === 'CallExpression' && quoting.has(calledName(node.callee) ?? '');
}

/** Text put together at run time: a template with something in it, or a sum in which not all parts are literals. */
function isBuilt(node: Argument, context: Context): boolean {
  if (node.type === 'TemplateLiteral') return node.expressions.some((part) => !isFixed(part, context));
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    return [node.left, node.right].some((side) => !isFixed(side as Argument, context));
  }
  if (node.type === 'ObjectExpression') return node.properties.some((member) => isBuiltText(member, context));
  if (node.type === 'Identifier') return isBuiltConstant(node, context);
  return false;
}

function isFixed(node: Argument, context: Context): boolean {
  if (node.type === 'Literal' || isQuoted(node)) return true;
  if (node.type === 'Identifier') return isFixedConstant(node, context);
  return (node.type === 'TemplateLiteral' || node.type === 'BinaryExpression') && !isBuilt(node, context);
}

function isBuiltText(member: NodeOf<'ObjectExpression'>['properties'][number], context: Context): boolean {
  if (member.type !== 'Property' || member.key.type !== 'Identifier' || member.key.name !== 'text') return false;
  return isBuilt(member.value as Argument, context);
}

/** The value that `const name = ...` was given, looked up in this scope and those around it. */
function constantValue(node: Identifier, context: Context): Argument | undefined {
  let scope: ReturnType<typeof context.sourceCode.getScope> | null = context.sourceCode.getScope(node);
  for (; scope !== null; scope = scope.upper) {
    const definition = scope.set.get(node.name)?.defs[0];
    if (definition === undefined) continue;
    const isConstant = definition.parent?.type === 'VariableDeclaration' && definition.parent.kind === 'const';
    const init = definition.node.type === 'VariableDeclarator' ? definition.node.init : null;
    return isConstant ? ((init as Argument | null) ?? undefined) : undefined;
  }
  return undefined;
}

function isBuiltConstant(node: Identifier, context: Context): boolean {
  const value = constantValue(node, context);
  return value !== undefined && value.type !== 'Identifier' && isBuilt(value, context);
}

/** A name for a literal in the same file, such as a table's, is as fixed as the literal. */
function isFixedConstant(node: Identifier, context: Context): boolean {
  const value = constantValue(node, context);
  return value !== undefined && value.type !== 'Identifier' && isFixed(value, context);
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
