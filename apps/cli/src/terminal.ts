import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './error.ts';
import { escapeLines } from './output/escape.ts';

/** The process's surroundings: data goes to standard output, talk to standard error. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outIsTerminal: boolean;
  /** A person can be asked: both standard input and standard error are a terminal. */
  readonly canAsk: boolean;
  bold(text: string): string;
  /** Waits while the reader is slower than we are. */
  out(data: string | Uint8Array): Promise<void>;
  /** One line to standard error, with control characters made visible. */
  talk(line: string): void;
  /** A line that is overwritten by the next one; without a terminal nothing is written. */
  progress(line: string): void;
  ask(question: string): Promise<string>;
  askSecret(question: string): Promise<string>;
  readInput(limit: number): Promise<Buffer>;
}

export function createTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const colour = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  let line = '';
  const clear = () => {
    if (line) stderr.write(`\r${' '.repeat(line.length)}\r`);
    line = '';
  };
  return Object.freeze({
    env,
    outIsTerminal: stdout.isTTY === true,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    bold: (text: string) => (colour ? `\u001b[1m${text}\u001b[22m` : text),
    out: async (data: string | Uint8Array) => {
      clear();
      if (data.length > 0 && !stdout.write(data)) await once(stdout, 'drain');
    },
    talk: (text: string) => {
      clear();
      stderr.write(`${escapeLines(text)}\n`);
    },
    progress: (text: string) => {
      if (stderr.isTTY !== true) return;
      clear();
      line = escapeLines(text);
      stderr.write(`\r${line}`);
    },
    ask: (question: string) => prompt(question, stderr),
    askSecret: async (question: string) => {
      stderr.write(question);
      const answer = await prompt('', new Writable({ write: (_chunk, _encoding, done) => done() }));
      stderr.write('\n');
      return answer;
    },
    readInput: (limit: number) => readBounded(stdin, limit, 'Standard input'),
  });
}

/** Reads a whole stream, refusing one that holds more than `limit` bytes. */
export async function readBounded(source: AsyncIterable<unknown>, limit: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    length += bytes.length;
    if (length > limit) throw new CliError('cli.usage', `${what} holds more than ${limit} bytes, which is the most.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function prompt(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  try {
    return await lines.question(question, { signal: closed.signal });
  } catch (error) {
    throw new CliError('cli.not-confirmed', 'Nothing was answered, so nothing was done.', { cause: error });
  } finally {
    lines.close();
  }
}
