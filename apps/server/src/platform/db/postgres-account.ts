import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The user that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root lends it another identity: `postgres` where the system has it, else `nobody`.
 * `undefined` means: as the user who runs the server.
 */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readPasswd();
  return passwd.get('postgres') ?? passwd.get('nobody') ?? { uid: 65534, gid: 65534 };
}

function readPasswd(): Map<string, Account> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    const fields = lines.map((line) => line.split(':')).filter((field) => field.length >= 4);
    return new Map(fields.map(([name, , uid, gid]) => [name ?? '', { uid: Number(uid), gid: Number(gid) }]));
  } catch {
    return new Map();
  }
}

/** True if the account may walk through every directory down to `path` and read (and, for programs, run) what is there. */
export function canReach(account: Account | undefined, path: string): boolean {
  if (!account) return true;
  let at = realpathSync(path);
  if (!allows(account, at, statSync(at).isDirectory() ? 1 : 5)) return false;
  while (at !== dirname(at)) {
    at = dirname(at);
    if (!allows(account, at, 1)) return false;
  }
  return true;
}

function allows({ uid, gid }: Account, path: string, bits: number): boolean {
  const { mode, uid: owner, gid: group } = statSync(path);
  const shift = owner === uid ? 6 : group === gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
