import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAudit } from './audit-log.ts';
import { benchCampaigns } from './campaigns-plan.ts';
import { benchDirectorFleet } from './director-fleet.ts';
import { benchDirectorSets } from './director-sets.ts';
import { benchEstIssue } from './est-issue.ts';
import { benchEventsCommit } from './events-commit.ts';
import { benchFleetIndex } from './fleet-index.ts';
import { type Figure, jsonLine, tableOf } from './harness/figure.ts';
import { writeReport } from './harness/report.ts';
import { type Bench, runBench } from './harness/run.ts';
import { benchHttpList } from './http-list.ts';
import { benchImportEcus } from './import-ecus.ts';
import { benchMemoryConnections } from './memory-connections.ts';
import { benchMqttFanIn } from './mqtt-fan-in.ts';
import { benchOcspHttp } from './ocsp-http.ts';
import { benchTlsRevoked } from './tls-revoked.ts';
import { benchVulnerabilities } from './vulnerabilities.ts';

const benches: Readonly<Record<string, Bench>> = {
  'est.issue': benchEstIssue,
  'ocsp.http': benchOcspHttp,
  'mqtt.fan-in': benchMqttFanIn,
  'events.commit': benchEventsCommit,
  'tls.revoked': benchTlsRevoked,
  'memory.connections': benchMemoryConnections,
  audit: benchAudit,
  'import.ecus': benchImportEcus,
  'http.list': benchHttpList,
  'updates.director': benchDirectorSets,
  'updates.fleet': benchDirectorFleet,
  'updates.campaigns': benchCampaigns,
  'fleet-index': benchFleetIndex,
  vulnerabilities: benchVulnerabilities,
};

const usage = `npm run bench -- [names] [--json] [--quick] [--write] [--profile <directory>]

  names       ${Object.keys(benches).join(', ')}; all when none is given
  --json      one line per figure and nothing else
  --quick     a smoke run of less than a minute whose figures mean nothing
  --write     write docs/reference/benchmarks.md
  --profile   keep CPU profiles of the measured Node processes there`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) throw new Error(`there is no bench "${unknown}"`);
  return { ...values, names: positionals.length > 0 ? positionals : Object.keys(benches) };
}

async function main(): Promise<void> {
  const options = readArguments();
  const profiles = options.profile === undefined ? undefined : resolve(options.profile);
  if (profiles) mkdirSync(profiles, { recursive: true });
  const figures: Figure[] = [];
  const loadBefore = loadavg();
  const say = (text: string) => void (options.json || process.stderr.write(`${text}\n`));
  const add = (figure: Figure) => {
    figures.push(figure);
    if (options.json) console.log(jsonLine(figure));
  };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  for (const name of options.names) {
    say(`--- ${name}`);
    await runBench(benches[name] as Bench, { quick: options.quick, profiles, stop: stop.signal, add, say });
  }
  if (options.write) say(`written: ${writeReport(figures, loadBefore)}`);
  if (!options.json) console.log(tableOf(figures));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  console.error(`\n${usage}`);
  process.exitCode = 1;
}
