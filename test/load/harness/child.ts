import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pinned } from './processor.ts';

export type Message = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Child {
  readonly pid: number;
  /** The next message of this kind; fails when the process ends first. */
  expect<T extends Message = Message>(event: string): Promise<T>;
  send(message: Message): void;
  /** SIGTERM, and SIGKILL when that is not heard. */
  stop(): Promise<void>;
}

const patienceMs = 15_000;

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (ended(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exit;
  clearTimeout(timer);
}

/** Starts one of the programs in `processes/` on a core of its own and talks to it over an IPC channel. */
export function startChild(
  script: string,
  argument: unknown,
  { core, args = [], env = {} }: { core?: number | undefined; args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Child {
  const path = fileURLToPath(new URL(`../processes/${script}`, import.meta.url));
  const words = [...pinned(core), process.execPath, ...args, path];
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env, NODE_NO_WARNINGS: '1' },
  });
  const arrived: Message[] = [];
  let wake: (() => void) | undefined;
  child.on('message', (message) => {
    arrived.push(message as Message);
    wake?.();
  });
  child.on('exit', () => wake?.());
  child.on('error', () => wake?.());
  child.send({ event: 'argument', argument });
  const expect = async <T extends Message>(event: string): Promise<T> => {
    for (;;) {
      const at = arrived.findIndex((message) => message.event === event);
      const [found] = at < 0 ? [] : arrived.splice(at, 1);
      if (found) return found as T;
      if (ended(child) || child.pid === undefined) throw new Error(`${script} ended before it said "${event}"`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { pid: child.pid ?? 0, expect, send: (message) => void child.send(message), stop: () => endProcess(child) };
}

/** In a program of `processes/`: what it was started with. It ends with its parent. */
export async function argumentOf<T>(): Promise<T> {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined); // Ctrl-C is for the parent, which ends its children in order
  const [message] = (await once(process, 'message')) as [{ argument: T }];
  return message.argument;
}

export function tell(event: string, more: object = {}): void {
  process.send?.({ event, ...more });
}
