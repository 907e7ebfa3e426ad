import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from './error.ts';

export interface DataLock {
  /** The absolute path of the directory. */
  readonly directory: string;
  release(): void;
}

interface Holder {
  token: string;
  pid: number;
  startTime: string;
  /** Tells apart machines, reboots and containers: process ids mean something only inside one such world. */
  world: string;
}

const heartbeatEvery = 5_000;
const heartbeatLost = 20_000;

/**
 * Takes the data directory for this process alone, creating it when missing. A lock whose process has died is taken over;
 * process ids that were given to another process since are recognised by their start time.
 * @throws PlatformError `platform.data-directory-held`, `platform.data-directory-unwritable`
 */
export async function lockDataDirectory(path: string): Promise<DataLock> {
  const directory = ensureDirectory(resolve(path));
  const file = join(directory, 'lock');
  const me: Holder = {
    token: randomBytes(8).toString('hex'),
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    world: world(),
  };
  for (let attempt = 0; attempt < 20; attempt++) {
    if (take(directory, file, me)) {
      // Two starters that both met a dead lock may race for it; the loser sees the winner's token here.
      await sleep(attempt === 0 ? 0 : 50);
      if (readHolder(file)?.token === me.token) return held(directory, file, me);
    }
    const holder = readHolder(file);
    if (holder && (await isHeld(file, holder))) throw heldBy(directory, file, holder);
    setAside(file, holder);
  }
  throw new PlatformError(
    'platform.data-directory-held',
    `The data directory ${directory} is being taken by another process: start again in a moment`,
  );
}

/** Mode 0711 for root, because PostgreSQL then runs as another user and has to pass through; files in it are 0600. */
function ensureDirectory(directory: string): string {
  try {
    if (!existsSync(directory)) {
      const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
      mkdirSync(directory, { recursive: true, mode });
      // A strict umask takes bits away that the database account needs.
      chmodSync(directory, mode);
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(directory, `.probe-${process.pid}`);
    writeFileSync(probe, '', { mode: 0o600 });
    rmSync(probe);
    return directory;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new PlatformError(
      'platform.data-directory-unwritable',
      `The data directory ${directory} cannot be written (${reason}): give this user the right to write there, or choose another directory`,
      { cause },
    );
  }
}

/** link() either creates the complete lock or fails: no one ever reads half a lock (O_EXCL alone would allow that). */
function take(directory: string, file: string, me: Holder): boolean {
  const draft = join(directory, `.lock-${me.token}`);
  writeFileSync(draft, `${JSON.stringify(me)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function held(directory: string, file: string, me: Holder): DataLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    if (readHolder(file)?.token === me.token) utimesSync(file, now, now);
  }, heartbeatEvery);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    if (readHolder(file)?.token === me.token) rmSync(file, { force: true });
  };
  return Object.freeze({ directory, release });
}

async function isHeld(file: string, holder: Holder): Promise<boolean> {
  if (holder.world === world()) return startTimeOf(holder.pid) === holder.startTime;
  // Another container or machine shares the directory: its processes are invisible here, only its heartbeat shows.
  const age = () => (existsSync(file) ? Date.now() - statSync(file).mtimeMs : Number.POSITIVE_INFINITY);
  if (age() > heartbeatLost) return false;
  const seen = statSync(file).mtimeMs;
  while (age() <= heartbeatLost) {
    await sleep(500);
    if (existsSync(file) && statSync(file).mtimeMs !== seen) return true;
  }
  return false;
}

/** Moves a dead lock away; if it was replaced by a live one in between, puts that one back. */
function setAside(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
    if (readHolder(aside)?.token !== dead?.token) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    const holder: Partial<Holder> = JSON.parse(readFileSync(file, 'utf8'));
    const { token, pid, startTime, world: place } = holder;
    if (
      typeof token !== 'string' ||
      typeof pid !== 'number' ||
      typeof startTime !== 'string' ||
      typeof place !== 'string'
    )
      return undefined;
    return { token, pid, startTime, world: place };
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)): clock ticks since boot. Elsewhere only whether the process lives is known. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (existsSync('/proc/self/stat')) return undefined;
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
  }
}

function world(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return 'this machine';
  }
}

const heldBy = (directory: string, file: string, { pid, world: place }: Holder) =>
  new PlatformError(
    'platform.data-directory-held',
    place === world()
      ? `The data directory ${directory} is in use by process ${pid}: stop that server, or start this one with another data directory`
      : `The data directory ${directory} is in use by a server in another container or machine (${file}): stop it, or choose another data directory`,
    { fields: { pid: String(pid) } },
  );
