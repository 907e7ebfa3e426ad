import { createPublicKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { AgentError } from '../error.ts';
import type { AgentUpdates } from './agent-updates.ts';
import { createFileSlots } from './file-slots.ts';
import { createFileUser, createFileVehicle } from './file-vehicle.ts';
import type { Installer } from './installer.ts';
import { createRaucInstaller } from './rauc-installer.ts';
import { runProgram } from './run-program.ts';
import { createSwupdateInstaller } from './swupdate-installer.ts';
import { noUser } from './user.ts';

type Fields = Readonly<Record<string, unknown>>;
type Bad = (what: string) => AgentError;

/** The part `updates` of the agent's file, checked. */
export interface UpdatesConfig {
  readonly hardwareId: string;
  readonly directorRoot: string;
  readonly imageRoot: string;
  readonly installer:
    | { readonly kind: 'rauc'; readonly program: string }
    | { readonly kind: 'swupdate'; readonly set: string; readonly bootedSlot: string }
    | { readonly kind: 'files'; readonly directory: string };
  /** Program and arguments; ends with 0 when the ECU works. */
  readonly health: readonly string[];
  readonly healthSeconds: number;
  readonly signals: string;
  readonly user: { readonly offer: string; readonly answer: string } | undefined;
  readonly workshopKeys: readonly string[];
  readonly workshopToken: string | undefined;
  readonly restart: readonly string[];
  readonly pollSeconds: number;
}

const known = new Set([
  'hardwareId',
  'directorRoot',
  'imageRoot',
  'installer',
  'health',
  'healthSeconds',
  'signals',
  'user',
  'workshopKeys',
  'workshopToken',
  'restart',
  'pollSeconds',
]);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws AgentError `agent.bad-config` that names the member at fault */
export function readUpdatesConfig(value: unknown, bad: Bad): UpdatesConfig {
  if (!isFields(value)) throw bad('"updates" must be an object');
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown !== undefined) throw bad(`"updates.${unknown}" is not known; there are ${[...known].join(', ')}`);
  const text = (of: Fields, name: string, at: string): string => {
    const found = Object.hasOwn(of, name) ? of[name] : undefined;
    if (typeof found !== 'string' || found === '' || found.length > 1_000) throw bad(`"${at}${name}" must be a text`);
    return found;
  };
  const texts = (name: string, least: number): readonly string[] => {
    const found = value[name] ?? [];
    if (
      !Array.isArray(found) ||
      found.length < least ||
      found.length > 50 ||
      found.some((one) => typeof one !== 'string')
    )
      throw bad(`"updates.${name}" must be a list of ${least > 0 ? 'a program and its arguments' : 'texts'}`);
    return found as string[];
  };
  const seconds = (name: string, least: number, most: number, fallback: number): number => {
    const found = value[name] ?? fallback;
    if (!Number.isInteger(found) || (found as number) < least || (found as number) > most)
      throw bad(`"updates.${name}" must be a whole number from ${least} to ${most}`);
    return found as number;
  };
  const user = value.user;
  if (user !== undefined && !isFields(user)) throw bad('"updates.user" must be an object with "offer" and "answer"');
  return {
    hardwareId: text(value, 'hardwareId', 'updates.'),
    directorRoot: text(value, 'directorRoot', 'updates.'),
    imageRoot: text(value, 'imageRoot', 'updates.'),
    installer: readInstaller(value.installer, text, bad),
    health: texts('health', 1),
    healthSeconds: seconds('healthSeconds', 1, 3_600, 120),
    signals: text(value, 'signals', 'updates.'),
    user: user && { offer: text(user, 'offer', 'updates.user.'), answer: text(user, 'answer', 'updates.user.') },
    workshopKeys: texts('workshopKeys', 0),
    workshopToken: value.workshopToken === undefined ? undefined : text(value, 'workshopToken', 'updates.'),
    restart: texts('restart', 0),
    pollSeconds: seconds('pollSeconds', 30, 86_400, 900),
  };
}

function readInstaller(
  value: unknown,
  text: (of: Fields, name: string, at: string) => string,
  bad: Bad,
): UpdatesConfig['installer'] {
  if (!isFields(value)) throw bad('"updates.installer" must be an object with "kind"');
  const at = 'updates.installer.';
  switch (value.kind) {
    case 'rauc':
      return { kind: 'rauc', program: value.program === undefined ? 'rauc' : text(value, 'program', at) };
    case 'swupdate':
      return {
        kind: 'swupdate',
        set: value.set === undefined ? 'stable' : text(value, 'set', at),
        bootedSlot: value.bootedSlot === undefined ? '/proc/cmdline' : text(value, 'bootedSlot', at),
      };
    case 'files':
      return { kind: 'files', directory: text(value, 'directory', at) };
    default:
      throw bad('"updates.installer.kind" must be rauc, swupdate or files');
  }
}

/** Which slot runs, from the kernel's command line. @throws AgentError `agent.bad-config` */
export function bootedSlotIn(path: string): 'a' | 'b' {
  const [, slot] = /(?:^|\s)bootslot=([ab])(?:\s|$)/.exec(readFileSync(path, 'utf8').slice(0, 16_384)) ?? [];
  if (slot !== 'a' && slot !== 'b')
    throw new AgentError('agent.bad-config', `${path} names no bootslot=a or bootslot=b`);
  return slot;
}

function installerOf({ installer }: UpdatesConfig, directory: string): Installer {
  switch (installer.kind) {
    case 'rauc':
      return createRaucInstaller({ directory, program: installer.program });
    case 'swupdate':
      return createSwupdateInstaller({
        directory,
        set: installer.set,
        bootedSlot: () => bootedSlotIn(installer.bootedSlot),
      });
    case 'files':
      return createFileSlots({ directory: installer.directory });
  }
}

const mostTokenBytes = 8 * 1024;

/** What the agent needs to take updates, made from its file. */
export function updatesFrom(config: UpdatesConfig, directory: string): AgentUpdates {
  const { workshopToken, user } = config;
  const [program = '', ...args] = config.health;
  const [restart, ...restartArgs] = config.restart;
  return {
    hardwareId: config.hardwareId,
    roots: { director: readFileSync(config.directorRoot), image: readFileSync(config.imageRoot) },
    installer: installerOf(config, directory),
    health: () =>
      runProgram(program, args, config.healthSeconds * 1_000).then(
        () => true,
        () => false,
      ),
    healthTimeoutMs: config.healthSeconds * 1_000,
    vehicle: createFileVehicle(config.signals, Date.now),
    user: user ? createFileUser(user.offer, user.answer) : noUser,
    workshopKeys: config.workshopKeys.map((path) => createPublicKey(readFileSync(path))),
    workshopToken: () => {
      const found = workshopToken === undefined ? undefined : statSync(workshopToken, { throwIfNoEntry: false });
      if (workshopToken === undefined || !found || found.size > mostTokenBytes) return undefined;
      return readFileSync(workshopToken, 'utf8');
    },
    ...(restart === undefined ? {} : { restart: () => void runProgram(restart, restartArgs, 60_000).catch(() => {}) }),
  };
}
