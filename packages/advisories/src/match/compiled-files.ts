import type { AffectedPackage, CodePresence, ComponentIdentity } from '../model.ts';

/**
 * Whether none of the files that the record names was built into the component. Nothing when that cannot be told: the
 * record names no file, or one of a kind that the list does not hold (a Makefile, a header where only units are listed).
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
  const untold = files.filter((file) => !isListedKind(file, compiledFiles));
  if (untold.length > 0)
    return { isAbsent: false, note: `the list of compiled files cannot tell about ${shown(untold)}` };
  return {
    isAbsent: true,
    note: `code not present: none of ${shown(files)} is among ${compiledFiles.size} compiled files`,
  };
}

const kinds = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

function isListedKind(file: string, compiled: ReadonlySet<string>): boolean {
  const known = kinds.get(compiled) ?? new Set([...compiled].map(kindOf));
  kinds.set(compiled, known);
  const kind = kindOf(file);
  return kind !== '' && known.has(kind);
}

function kindOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

function shown(files: readonly string[]): string {
  const more = files.length - 5;
  return `${files.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
