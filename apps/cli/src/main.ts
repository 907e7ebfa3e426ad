#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';

// `bulkhead vehicles list | head` closes our output early; that is the reader's right and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.stderr.on('error', () => {});

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
process.exitCode = await run(process.argv.slice(2), createTerminal(), version);
