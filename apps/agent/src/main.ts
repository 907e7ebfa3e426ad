import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '@bulkhead/kernel';
import { createAgent } from './agent.ts';
import { type AgentConfig, readAgentConfig, readInventory } from './agent-config.ts';
import { AgentError } from './error.ts';
import { createLineSplitter, maxLineBytes, readEventLine } from './event-line.ts';
import type { Log } from './log.ts';
import { updatesFrom } from './updates/updates-config.ts';

const usage = `bulkhead-agent --config FILE
Speaks to the platform for one ECU. Programs of the vehicle hand it security events on its standard input, one JSON
object per line; each is answered by "ok" once it is on the medium, or by "refused" and why.`;

const log: Log = (level, fields, message) => {
  process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), message, ...fields })}\n`);
};

/** 0..1 from the name of the device: the same at every boot, and spread over a fleet. */
const spreadOf = ({ vin, serial }: AgentConfig) =>
  createHash('sha256').update(`${vin}/${serial}`).digest().readUInt32BE(0) / 2 ** 32;

function start(config: AgentConfig): void {
  const { vin, serial, mqtt, claim } = config;
  const agent = createAgent({
    vin,
    serial,
    estUrl: config.est,
    mqtt,
    trust: readFileSync(config.trust, 'utf8'),
    state: { directory: config.state },
    claim: () => claim && { key: readFileSync(claim.key, 'utf8'), chain: readFileSync(claim.chain, 'utf8') },
    inventory: () => readInventory(config.inventory),
    clock: systemClock,
    spread: spreadOf(config),
    heartbeatSeconds: config.heartbeatSeconds,
    journalBytes: config.journalBytes,
    ...(config.updates
      ? { updates: updatesFrom(config.updates, config.state), pollSeconds: config.updates.pollSeconds }
      : {}),
    log,
  });
  const split = createLineSplitter((line) => {
    const event = line === undefined ? { fault: `longer than ${maxLineBytes} bytes` } : readEventLine(line);
    if ('fault' in event) return void process.stdout.write(`refused ${event.fault}\n`);
    agent.report(event);
    process.stdout.write('ok\n');
  });
  process.stdin.on('data', split);
  const stop = () => {
    agent.stop();
    process.stdin.destroy();
    setTimeout(() => process.exit(0), 500).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  agent.start();
}

const [flag, path, ...more] = process.argv.slice(2);
if (flag !== '--config' || path === undefined || more.length > 0) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    start(readAgentConfig(path));
  } catch (error) {
    console.error(`bulkhead-agent: ${error instanceof AgentError ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
