import { AdvisoryError } from '../error.ts';

const maxCharacters = 64 * 1024 * 1024;
const maxFiles = 500_000;
const maxPathLength = 1024;

/**
 * Reads the list of files that a build really compiled, for `ComponentIdentity.compiledFiles`: one path a line, or a
 * `compile_commands.json`. Absolute paths are made relative to the source tree, found by its `init/main.c`; an object
 * file stands for its source in C or assembler.
 * @throws AdvisoryError `advisory.too-large`, `advisory.too-many`, `advisory.not-json`, `advisory.wrong-value`
 */
export function readCompiledFiles(text: string): ReadonlySet<string> {
  if (text.length > maxCharacters) {
    throw new AdvisoryError('advisory.too-large', '$', `the list is longer than ${maxCharacters} characters`);
  }
  const paths = text.trimStart().startsWith('[') ? pathsOfCommands(text) : text.split('\n', maxFiles + 1);
  if (paths.length > maxFiles) throw new AdvisoryError('advisory.too-many', '$', `more than ${maxFiles} files`);
  const clean = paths.map(cleanPath).filter((path) => path !== '' && !path.startsWith('#'));
  const root = rootOf(clean);
  const files = new Set<string>();
  for (const path of clean) {
    for (const file of sourcesOf(root !== '' && path.startsWith(root) ? path.slice(root.length) : path))
      files.add(file);
  }
  const foreign = [...files].find((file) => file.startsWith('/'));
  if (foreign !== undefined && root === '') {
    const detail = 'the paths are absolute and init/main.c is not among them; give paths relative to the source tree';
    throw new AdvisoryError('advisory.wrong-value', '$', detail);
  }
  return files;
}

function pathsOfCommands(text: string): string[] {
  let commands: unknown;
  try {
    commands = JSON.parse(text);
  } catch (cause) {
    throw new AdvisoryError('advisory.not-json', '$', 'the list begins as JSON and is none', cause);
  }
  if (!Array.isArray(commands)) throw new AdvisoryError('advisory.wrong-value', '$', 'compile_commands.json is a list');
  return commands.slice(0, maxFiles + 1).map((command: unknown, i) => {
    const { file, directory } = (command ?? {}) as { readonly file?: unknown; readonly directory?: unknown };
    if (typeof file !== 'string') {
      throw new AdvisoryError('advisory.wrong-value', `$[${i}].file`, 'each command names its "file"');
    }
    return file.startsWith('/') || typeof directory !== 'string' ? file : `${directory}/${file}`;
  });
}

function cleanPath(line: string, i: number): string {
  const path = line.trim();
  if (path.length > maxPathLength)
    throw new AdvisoryError('advisory.too-large', `line ${i + 1}`, 'the path is too long');
  return path.replaceAll('/./', '/').replace(/^\.\//, '');
}

/** What stands before `init/main.c`, which every kernel compiles. */
function rootOf(paths: readonly string[]): string {
  const main = paths.find((path) => /(^|\/)init\/main\.[co]$/.test(path));
  return main === undefined ? '' : main.slice(0, main.length - 'init/main.c'.length);
}

function sourcesOf(path: string): string[] {
  if (!path.endsWith('.o')) return [path];
  const stem = path.slice(0, -2);
  return [`${stem}.c`, `${stem}.S`];
}
