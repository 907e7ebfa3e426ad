export interface TestOptions {
  /** Parts of paths; a test file runs when its path holds one of them. Empty: all. */
  readonly filters: readonly string[];
  /** A skipped test fails the run, unless what it needs cannot be installed (the shared data sets). */
  readonly noSkips: boolean;
}

export const usage = `usage: npm test -- [path ...] [--no-skips]
  path         run only the test files whose path contains it, for example packages/pki
  --no-skips   fail when a test was skipped`;

/** Reads the command line; `undefined` when it holds an option that does not exist. */
export function readOptions(args: readonly string[]): TestOptions | undefined {
  const options = args.filter((arg) => arg.startsWith('-'));
  if (options.some((option) => option !== '--no-skips')) return undefined;
  const filters = args.filter((arg) => !arg.startsWith('-')).map((path) => path.replace(/^\.\//, ''));
  return { filters, noSkips: options.includes('--no-skips') };
}
