import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../tools/lib/repository-root.ts';
import { findFiles } from '../../tools/testing/find-test-files.ts';

interface Page {
  readonly path: string;
  readonly text: string;
}

const pageOf = (path: string): Page => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') });
const isMarkdown = (path: string) => path.endsWith('.md');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['docs', 'deploy', 'apps', 'packages'].flatMap((folder) => findFiles(repositoryRoot, folder, isMarkdown)),
].map(pageOf);
/** Pages for users; the generated reference of the command line is what they are held to. */
const commandReference = pageOf('docs/reference/cli.md').text;
const guides = pages.filter(({ path }) => (path === 'README.md' || path.startsWith('docs/')) && !isGenerated(path));

function isGenerated(path: string): boolean {
  return path === 'docs/reference/cli.md';
}

/** How GitHub names a heading: small letters, signs dropped, blanks to hyphens. */
const anchorOf = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const anchorsOf = (text: string) =>
  new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => anchorOf(title)));

/** Targets of links and images outside of code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

function brokenLink({ path, text }: Page, target: string): string | undefined {
  const [file = '', anchor] = target.split('#');
  const absolute = resolve(repositoryRoot, dirname(path), file);
  if (!existsSync(absolute)) return `${path}: ${target} leads nowhere`;
  if (anchor === undefined || (file !== '' && !isMarkdown(absolute))) return undefined;
  const there = file === '' ? text : readFileSync(absolute, 'utf8');
  return anchorsOf(there).has(anchor) ? undefined : `${path}: ${target} names a heading that is not there`;
}

test('a link, a heading and a command that are not there are found', () => {
  const page = { path: 'docs/planted.md', text: '# Here\n' };
  const [command] = commandsOf({ path: page.path, text: 'Use `bulkhead vehicles fly --high`.' });

  const links = ['nowhere.md', '#there', '#here', 'adr/README.md', 'adr/README.md#nothing'];
  const broken = links.filter((target) => brokenLink(page, target) !== undefined);

  assert.deepEqual(broken, ['nowhere.md', '#there', 'adr/README.md#nothing']);
  assert.deepEqual([command?.words, known(command?.words ?? [])], [['vehicles', 'fly'], false]);
});

test('every relative link leads to a file that exists, and to a heading that is in it', () => {
  const links = pages.flatMap((page) =>
    linksOf(page.text)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ page, target })),
  );

  const broken = links.map(({ page, target }) => brokenLink(page, target)).filter((fault) => fault !== undefined);

  assert.ok(pages.length >= 30, `only ${pages.length} pages were looked at`);
  assert.ok(links.length >= 120, `only ${links.length} links were looked at`);
  assert.deepEqual(broken, []);
});

test('every npm script that a page names is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/npm (?:run (?:-s |--silent )?([a-z][a-z:-]*)|(start|test)\b)/g)].map(([, run, short]) => ({
      path,
      script: run ?? short ?? '',
    })),
  );

  const missing = named.filter(({ script }) => !Object.hasOwn(scripts, script));

  assert.ok(named.length >= 20, `only ${named.length} scripts were looked at`);
  assert.deepEqual(missing, []);
});

/** Commands in code, as written: after a prompt, a pipe or an assignment, or between backquotes. */
function commandsOf({ path, text }: Page): { path: string; words: string[]; line: string }[] {
  const blocks = [...text.matchAll(/^ *```(?:sh|text)\n([\s\S]*?)^ *```/gm)].map(([, block = '']) => block);
  const spans = [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span = '']) => span,
  );
  const lines = [...blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n')), ...spans];
  return lines.flatMap((line) =>
    [...line.matchAll(/(?:^|[;|(:] ?|-- )\s*bulkhead ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)(.*)$/g)].map(
      ([, words = '']) => ({
        path,
        words: words.split(' '),
        line: line.trim(),
      }),
    ),
  );
}

const single = new Set(
  [...commandReference.matchAll(/^bulkhead ([a-z-]+) (?:<[a-z]+> )?\[options\]$/gm)].map(([, name]) => name),
);
const pairs = new Set([...commandReference.matchAll(/^### ([a-z-]+ [a-z-]+)$/gm)].map(([, name]) => name));
const known = ([noun = '', verb = '']: readonly string[]) =>
  single.has(noun) || pairs.has(`${noun} ${verb}`) || noun === 'completion' || `${noun} ${verb}` === 'noun verb';

test('every command that a page names is one of the command line', () => {
  const commands = guides.flatMap(commandsOf);

  const missing = commands.filter(({ words }) => !known(words)).map(({ path, line }) => `${path}: ${line}`);

  assert.ok(pairs.size >= 40, `only ${pairs.size} commands are in the reference`);
  assert.ok(commands.length >= 40, `only ${commands.length} commands were looked at`);
  assert.deepEqual(missing, []);
});

test('every option that a page gives a command is one of that command', () => {
  const faults = guides.flatMap(commandsOf).flatMap(({ path, words, line }) => {
    const [noun = '', verb = ''] = words;
    const name = pairs.has(`${noun} ${verb}`) ? `### ${noun} ${verb}\n` : `## ${noun}\n`;
    const section = commandReference.split(name)[1]?.split(/^#{2,3} /m)[0] ?? '';
    const own = line.slice(line.indexOf(`bulkhead ${noun}`)).split(/[|;]/)[0] ?? '';
    const options = [...own.matchAll(/\s(--[a-z][a-z0-9-]*)/g)].map(([, option = '']) => option);
    return options.filter((option) => !section.includes(option)).map((option) => `${path}: ${option} in ${line}`);
  });

  assert.deepEqual(faults, []);
});
