import type { AffectedPackage, CodePresence, ComponentIdentity } from '../model.ts';

/**
 * Whether none of the files that the record names was built into the component. Nothing when that cannot be told: the
 * record names no file, or one of a kind that the list does not hold (a Makefile, a header where only units are listed).
 * A list of units does not hold what they include: kernel/sched/deadline.c is compiled as a part of build_policy.c. So a source is
 * absent only where nothing of its folder was compiled, unless the list holds headers and so all that was read.
 */
export function codePresence(
  entries: readonly AffectedPackage[],
  { compiledFiles }: ComponentIdentity,
): CodePresence | undefined {
  if (compiledFiles === undefined || compiledFiles.size === 0) return undefined;
  const files = [...new Set(entries.flatMap(({ programFiles = [] }) => programFiles))];
  // An entry without files may mean any code.
  if (files.length === 0 || entries.some(({ programFiles }) => !programFiles?.length)) return undefined;
  const built = files.filter((file) => compiledFiles.has(file));
  if (built.length > 0) return { isAbsent: false, note: `compiled in: ${shown(built)}` };
  const { kinds, folders } = listed(compiledFiles);
  const isWhole = kinds.has('.h');
  const untold = files.filter((file) => !kinds.has(kindOf(file)) || (!isWhole && folders.has(folderOf(file))));
  if (untold.length > 0)
    return { isAbsent: false, note: `the list of compiled files cannot tell about ${shown(untold)}` };
  return {
    isAbsent: true,
    note: `code not present: none of ${shown(files)} is among ${compiledFiles.size} compiled files`,
  };
}

interface Listed {
  readonly kinds: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}
const known = new WeakMap<ReadonlySet<string>, Listed>();

function listed(compiled: ReadonlySet<string>): Listed {
  const found = known.get(compiled) ?? {
    kinds: new Set([...compiled].map(kindOf).filter(Boolean)),
    folders: new Set([...compiled].map(folderOf)),
  };
  known.set(compiled, found);
  return found;
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);

function kindOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

function shown(files: readonly string[]): string {
  const more = files.length - 5;
  return `${files.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
