import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Simulation } from './simulate.ts';

const megabyte = 1024 * 1024;

/** A line of figures now and then: the fleet, and what it costs this process. */
export function reportFigures(simulation: Simulation, seconds: number, log: (line: string) => void): () => void {
  if (seconds === 0) return () => {};
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let cpu = process.cpuUsage();
  let acknowledged = 0;
  const timer = setInterval(() => {
    const { online, waitingEvents, acknowledgedEvents } = simulation.running.figures();
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const percent = ((used.user + used.system) / (seconds * 1e6)) * 100;
    const rate = (acknowledgedEvents - acknowledged) / seconds;
    acknowledged = acknowledgedEvents;
    log(
      `${online} of ${simulation.fleet.vehicles.length} online, ${rate.toFixed(1)} events/s stored, ${waitingEvents} waiting; ` +
        `${Math.round(process.memoryUsage().rss / megabyte)} MB, ${percent.toFixed(0)} % CPU, loop p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms`,
    );
    delay.reset();
  }, seconds * 1_000);
  return () => {
    clearInterval(timer);
    delay.disable();
  };
}

/** One line once the fleet is there. */
export function liveLine({ fleet, running }: Simulation, sinceMs: number): string {
  const ecus = fleet.vehicles.reduce((sum, vehicle) => sum + vehicle.ecus.length, 0);
  const { online } = running.figures();
  return `fleet live: ${online} of ${fleet.vehicles.length} vehicles online, ${ecus} ECUs, after ${(sinceMs / 1000).toFixed(1)} s`;
}
