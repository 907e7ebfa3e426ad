import { availableParallelism, totalmem } from 'node:os';

const MiB = 1024 * 1024;
const clamp = (low: number, value: number, high: number) => Math.round(Math.min(high, Math.max(low, value)));

/** Memory that this process may use: the container's limit where there is one. */
function memory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Settings of the embedded server, scaled with the machine but modest: it shares it with the rest of the platform.
 * `durable: false` gives up crash safety for speed and is for tests only.
 */
export function postgresSettings(socketDirectory: string, durable: boolean): Readonly<Record<string, string>> {
  const mib = memory() / MiB;
  const cores = availableParallelism();
  return {
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: socketDirectory,
    unix_socket_permissions: '0700',
    max_connections: '120',
    shared_buffers: `${clamp(64, mib / 16, 1024)}MB`,
    effective_cache_size: `${clamp(256, mib / 2, 65_536)}MB`,
    work_mem: '16MB',
    maintenance_work_mem: `${clamp(64, mib / 64, 512)}MB`,
    max_worker_processes: String(clamp(8, cores, 32)),
    max_parallel_workers: String(clamp(2, cores, 16)),
    max_parallel_workers_per_gather: String(clamp(1, cores / 2, 4)),
    // Bulk imports write much WAL: seldom, even checkpoints instead of one each GiB.
    max_wal_size: durable ? '4GB' : '1GB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    // Statements and row values stay out of the log: they may hold personal data.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_line_prefix: '%m [%p] ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' }),
  };
}
