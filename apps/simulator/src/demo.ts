import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Problem } from '@bulkhead/kernel';
import { readDemoOptions } from './demo-options.ts';
import { endOrphanedDatabase } from './end-orphan.ts';
import { liveLine, reportFigures } from './figures.ts';
import { readOptions, type SimulatorOptions } from './options.ts';
import { untilReady } from './provision/platform.ts';
import { type Simulation, simulate } from './simulate.ts';

const serverProgram = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
/** The server drains for up to 25 s; after this it is not coming to an end by itself. */
const serverEndMs = 30_000;

const say = (line: string) => console.log(`demo: ${line}`);

/**
 * The server as a child in a process group of its own, so that Ctrl-C reaches this program first and the fleet says
 * goodbye before the server goes. The channel tells the server when this program is gone without a word.
 */
function startServer(args: readonly string[]): ChildProcess {
  // a library touches an experimental part of Web Crypto, which is no news to whoever runs the demo
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', serverProgram, ...args], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

async function endServer(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  const timer = setTimeout(() => server.kill('SIGKILL'), serverEndMs);
  await ended;
  clearTimeout(timer);
}

async function runDemo(
  options: SimulatorOptions,
  { since, breach, stopping }: { since: number; breach: (line: string) => void; stopping: AbortSignal },
): Promise<Simulation | undefined> {
  await untilReady(options.url, options.tokenFile, since, stopping);
  return stopping.aborted ? undefined : simulate(options, { log: say, breach });
}

async function main(args: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const since = Math.floor(Date.now() / 1000) * 1000; // file systems may keep whole seconds
  const demo = readDemoOptions(args, process.env);
  const options = readOptions(demo.simulatorArguments);
  const server = startServer(demo.serverArguments);
  const stopping = new AbortController();
  let simulation: Simulation | undefined;
  const stop = async (code: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    await simulation?.stop().catch(() => {});
    await endServer(server);
    if (server.exitCode !== 0) endOrphanedDatabase(demo.dataDirectory);
    process.exit(code);
  };
  const fail = (line: string) => {
    console.error(`demo: ${line}`);
    void stop(1);
  };
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGHUP', () => void stop(0));
  server.on('error', (error) => fail(`the server could not be started: ${error.message}`));
  server.once('exit', (code, signal) => {
    if (!stopping.signal.aborted) fail(`the server ended (${signal ?? `code ${code}`}), so the demonstration ends too`);
  });
  try {
    simulation = await runDemo(options, { since, breach: fail, stopping: stopping.signal });
    if (!simulation) return;
    reportFigures(simulation, options.reportSeconds, say);
    await simulation.live;
    if (!stopping.signal.aborted) say(liveLine(simulation, performance.now() - startedAt));
    await simulation.settled;
  } catch (error) {
    if (!stopping.signal.aborted) fail(error instanceof Problem ? error.message : String((error as Error).stack));
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
