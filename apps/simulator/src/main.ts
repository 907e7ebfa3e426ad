import { Problem } from '@bulkhead/kernel';
import { liveLine, reportFigures } from './figures.ts';
import { readOptions, usage } from './options.ts';
import { simulate } from './simulate.ts';

const log = (line: string) => console.log(`simulator: ${line}`);

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(usage);
  const startedAt = performance.now();
  const options = readOptions(args);
  let stop = (code: number): void => process.exit(code);
  const breach = (line: string) => {
    console.error(`simulator: ${line}`);
    stop(3);
  };
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));
  const simulation = await simulate(options, { log, breach });
  const endFigures = reportFigures(simulation, options.reportSeconds, log);
  let stopping = false;
  stop = (code) => {
    if (stopping) return;
    stopping = true;
    endFigures();
    simulation.stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  await simulation.live;
  if (!stopping) log(liveLine(simulation, performance.now() - startedAt));
  await simulation.settled;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof Error && !(error instanceof Problem) ? error.stack : undefined;
  console.error(`simulator: ${text ?? (error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
});
