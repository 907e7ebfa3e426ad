import { type Argument, type Context, calledName, defineRule, type NodeOf } from './rule.ts';

const isChildProcess = (value: unknown) => value === 'node:child_process' || value === 'child_process';
const shells = /(^|\/)(ba|da|z|k)?sh$|^(cmd|powershell|pwsh)(\.exe)?$/;
const starters = new Set(['spawn', 'spawnSync', 'execFile', 'execFileSync']);
const message = 'No shell: start the program itself with execFile or spawn and an array of arguments.';

type Property = NodeOf<'ObjectExpression'>['properties'][number];

const isShellName = (name: string) => name === 'exec' || name === 'execSync';

function isShellOption(member: Property): boolean {
  if (member.type !== 'Property' || member.value.type !== 'Literal') return false;
  const { key } = member;
  const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : undefined;
  return name === 'shell' && member.value.value !== false;
}

/** `await import('node:child_process')` or `require('node:child_process')`. */
function loadsChildProcess(node: Argument | null | undefined): boolean {
  if (node?.type === 'AwaitExpression') return loadsChildProcess(node.argument);
  if (node?.type === 'ImportExpression') return node.source.type === 'Literal' && isChildProcess(node.source.value);
  if (node?.type !== 'CallExpression' || calledName(node.callee) !== 'require') return false;
  const [name] = node.arguments;
  return name?.type === 'Literal' && isChildProcess(name.value);
}

function reportImport(node: NodeOf<'ImportDeclaration'>, context: Context, namespaces: Set<string>): void {
  if (!isChildProcess(node.source.value)) return;
  for (const specifier of node.specifiers) {
    if (specifier.type !== 'ImportSpecifier') namespaces.add(specifier.local.name);
    else if (specifier.imported.type === 'Identifier' && isShellName(specifier.imported.name))
      context.report({ node: specifier, message });
  }
}

function reportDestructuring(node: NodeOf<'VariableDeclarator'>, context: Context, namespaces: Set<string>): void {
  if (!loadsChildProcess(node.init)) return;
  if (node.id.type === 'Identifier') namespaces.add(node.id.name);
  if (node.id.type !== 'ObjectPattern') return;
  for (const member of node.id.properties) {
    if (member.type === 'Property' && member.key.type === 'Identifier' && isShellName(member.key.name))
      context.report({ node: member, message });
  }
}

/** Arguments reach programs as arrays; a shell in between would read them as code. */
export const noShell = defineRule('Programs are started without a shell', (context) => {
  const namespaces = new Set<string>();
  return {
    ImportDeclaration: (node) => reportImport(node, context, namespaces),
    VariableDeclarator: (node) => reportDestructuring(node, context, namespaces),
    MemberExpression(node) {
      if (node.object.type !== 'Identifier' || !namespaces.has(node.object.name)) return;
      if (node.property.type === 'Identifier' && isShellName(node.property.name)) context.report({ node, message });
    },
    CallExpression(node) {
      const [program] = node.arguments;
      const isStarter = starters.has(calledName(node.callee) ?? '');
      if (isStarter && program?.type === 'Literal' && shells.test(String(program.value)))
        context.report({ node: program, message });
      for (const argument of node.arguments) {
        if (argument.type === 'ObjectExpression' && argument.properties.some(isShellOption))
          context.report({ node: argument, message });
      }
    },
  };
});
