import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Figure, tableOf } from './figure.ts';
import { findings } from './findings.ts';
import { mosquittoProgram } from './mosquitto.ts';

const path = fileURLToPath(new URL('../../../docs/reference/benchmarks.md', import.meta.url));

/** First line of what a program says of its version, or that it is absent. */
function versionOf(program: string, argument: string): string {
  try {
    return (
      execFileSync(program, [argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? ''
    );
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).split('\n')[0] : '';
    return said || `${program} is absent`;
  }
}

const intro = `# Benchmarks

Written by \`npm run bench -- --write\`; not edited by hand. Every figure of a line comes from one run on one machine, peers and limits
included, so the **ratios** are what to compare. \`npm run bench -- --json\` prints the same as one JSON object per line.

How it is measured:

- The server is the real one (\`startServer\`, all modules) on the durable embedded PostgreSQL (\`fsync\` on), in a process of its own. The
  load generators are processes of their own too, and their share of a core is said in the table, because they take it from the same machine.
- Where a figure is "per core", server and database run on core 0 and the clients on core 1 (\`taskset\`), and the amount is divided by the **CPU
  seconds** that the server's processes took (\`/proc/<pid>/stat\`), not by the clock: other work on the machine then matters less. It still costs
  caches and clock rate, so figures of a busy machine are worse; the load average below says how busy it was.
- Only loopback. TLS 1.3, mutual, P-256 everywhere. "Fan-in without storage" is our endpoint with sinks that only count.
`;

/** Writes the reference page: machine, versions, the table, and why a budget is missed where it is. */
export function writeReport(figures: readonly Figure[], loadBefore: readonly number[]): string {
  const [cpu] = cpus();
  const loads = [loadBefore, loadavg()].map((load) => load.map((n) => n.toFixed(1)).join(', '));
  const machine = [
    `- ${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    `- load average (1, 5, 15 minutes) before the run ${loads[0]}, after it ${loads[1]}`,
    `- Node ${process.version} with OpenSSL ${process.versions.openssl}; peers: ${versionOf('openssl', 'version')}, ${versionOf(mosquittoProgram, '-h')}`,
    `- ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
  const missed = figures.filter(({ met }) => met === false);
  const reasons = missed.map(({ bench, value, unit, budget }) => {
    const why = findings[bench] ?? 'No profile has been read for this one yet: run it with `--profile <directory>`.';
    return `### ${bench}\n\nReached ${Math.round(value)} ${unit}, budget ${budget}. ${why}\n`;
  });
  const budgets = figures.filter(({ met }) => met !== undefined);
  const summary = `${budgets.length - missed.length} of ${budgets.length} budgets met in this run.`;
  const notes = Object.entries(findings)
    .filter(([bench]) => !missed.some((figure) => figure.bench === bench) && figures.some((f) => f.bench === bench))
    .map(([bench, why]) => `- **${bench}**: ${why}`);
  const text = [
    intro,
    `## Machine\n\n${machine.join('\n')}\n`,
    `## Figures\n\n${summary}\n\n${tableOf(figures)}\n`,
    missed.length > 0 ? `## Missed budgets, and what the profile says\n\n${reasons.join('\n')}` : '',
    notes.length > 0 ? `## What else was found\n\n${notes.join('\n')}\n` : '',
  ];
  writeFileSync(path, text.filter((part) => part !== '').join('\n'));
  return path;
}
