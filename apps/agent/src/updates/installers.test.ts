import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSigningKey } from '@bulkhead/uptane';
import { createTestAuthority, freshDirectory, testDevice } from '../testing.ts';
import type { Installer } from './installer.ts';
import { createRaucInstaller, readRaucStatus } from './rauc-installer.ts';
import { runProgram } from './run-program.ts';
import { createSwupdateInstaller } from './swupdate-installer.ts';
import { newContent, newImage } from './testing-images.ts';
import { startTestPlatform, type TestPlatform } from './testing-platform.ts';
import { newTcu, testVehicle } from './testing-vehicle.ts';

const authority = createTestAuthority();
const { vin, serial } = testDevice;
const platforms: TestPlatform[] = [];
after(async () => {
  for (const platform of platforms) await platform.stop();
});

/** An ECU with an installer of others: two slots, a boot loader, programs that speak the dialect of the real ones. */
interface FakeEcu {
  installer(): Installer;
  /** What the boot loader does when the ECU restarts. */
  restart(): void;
  /** The content of the slot that runs; undefined for what the plant put in. */
  running(): Buffer | undefined;
  breakInstall(): void;
  readonly log: () => string;
}

function program(directory: string, name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\nset -e\ncd '${directory}'\necho "${name} $*" >> log\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8').trim();

function fakeRauc(): FakeEcu {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'booted'), 'A');
  writeFileSync(join(directory, 'next'), 'A');
  const rauc = program(
    directory,
    'rauc',
    `booted=$(cat booted); other=B; [ "$booted" = B ] && other=A
slot() { state=inactive; [ "$1" = "$booted" ] && state=booted
  printf '{"rootfs.%s":{"class":"rootfs","device":"/dev/%s","type":"ext4","bootname":"%s","state":"%s","parent":null,"mountpoint":null,"boot_status":"good"}}' "$1" "$1" "$1" "$state"; }
case "$1 $2" in
'status --output-format=json') printf '{"compatible":"TCU","variant":"","booted":"%s","boot_primary":"rootfs.%s","slots":[' "$booted" "$(cat next)"
  printf '{"data.0":{"class":"data","device":"/dev/d","type":"ext4","state":"inactive"}},'; slot A; printf ','; slot B; printf ']}' ;;
'status mark-active') case "$3" in other) echo $other > next ;; booted) echo $booted > next ;; *) exit 2 ;; esac ;;
'status mark-good'|'status mark-bad') : ;;
install\\ *) [ -e broken ] && { echo 'LastError: Installation error: signature verification failed' >&2; exit 1; }; cp "$2" "slot-$other" ;;
*) echo "unknown command" >&2; exit 1 ;;
esac`,
  );
  return {
    installer: () => createRaucInstaller({ directory, program: rauc, durable: false }),
    restart: () => writeFileSync(join(directory, 'booted'), read(directory, 'next')),
    running: () => {
      const path = join(directory, `slot-${read(directory, 'booted')}`);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
    breakInstall: () => writeFileSync(join(directory, 'broken'), ''),
    log: () => read(directory, 'log'),
  };
}

function fakeSwupdate(): FakeEcu {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'booted'), 'a');
  writeFileSync(join(directory, 'env-bootslot'), 'a');
  const client = program(
    directory,
    'swupdate-client',
    `[ "$1" = -e ] || exit 1
[ -e broken ] && { echo 'ERROR : Image invalid or corrupted. Not installing ...' >&2; exit 1; }
case "$2" in stable,a|stable,b) cp "$3" "slot-\${2#stable,}" ;; *) exit 1 ;; esac`,
  );
  const get = program(directory, 'fw_printenv', '[ "$1" = -n ] && cat "env-$2"');
  const set = program(directory, 'fw_setenv', 'echo "$2" > "env-$1"');
  return {
    installer: () =>
      createSwupdateInstaller({
        directory,
        client,
        getEnvironment: get,
        setEnvironment: set,
        bootedSlot: () => read(directory, 'booted') as 'a' | 'b',
        durable: false,
      }),
    restart: () => writeFileSync(join(directory, 'booted'), read(directory, 'env-bootslot')),
    running: () => {
      const path = join(directory, `slot-${read(directory, 'booted')}`);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
    breakInstall: () => writeFileSync(join(directory, 'broken'), ''),
    log: () => read(directory, 'log'),
  };
}

const fakes = { RAUC: fakeRauc, SWUpdate: fakeSwupdate } as const;

async function arrange(ecu: FakeEcu) {
  const platform = await startTestPlatform(authority, vin);
  platforms.push(platform);
  platform.offer({ images: [newTcu] });
  const [directory, key] = [freshDirectory(), generateSigningKey()];
  /** One boot: the program starts anew and runs one cycle. */
  const boot = async (healthy = true) => {
    const vehicle = testVehicle(authority, platform, {
      directory,
      key,
      installer: ecu.installer(),
      health: async () => healthy,
    });
    const result = await vehicle.updates.cycle();
    vehicle.updates.close();
    return result;
  };
  return { platform, boot };
}
const installedBy = ({ manifests }: TestPlatform) => manifests.at(-1)?.reports.get(serial)?.signed.installed.filename;

for (const [name, fake] of Object.entries(fakes)) {
  test(`an update by ${name} is written, booted on trial after a restart, found healthy and kept`, async () => {
    const ecu = fake();
    const { platform, boot } = await arrange(ecu);

    assert.equal((await boot()).end, 'reboot');
    assert.equal(ecu.running(), undefined, 'the old slot runs until the restart');
    ecu.restart();
    await boot();

    assert.deepEqual(ecu.running(), newContent);
    assert.equal(installedBy(platform), newImage.filename);
    assert.ok(platform.manifests.some(({ installation }) => installation?.code === 'OK'));
    ecu.restart();
    assert.deepEqual(ecu.running(), newContent, 'it stays');
  });

  test(`an update by ${name} that is not healthy goes back with another restart`, async () => {
    const ecu = fake();
    const { platform, boot } = await arrange(ecu);

    await boot();
    ecu.restart();
    assert.equal((await boot(false)).end, 'reboot');
    ecu.restart();
    await boot(false);

    assert.equal(ecu.running(), undefined);
    assert.ok(platform.manifests.some(({ installation }) => installation?.code === 'ROLLED_BACK'));
  });

  test(`when the boot loader has gone back by itself, ${name} is told so, and the platform too`, async () => {
    const ecu = fake();
    const { platform, boot } = await arrange(ecu);

    await boot();
    // the new slot hung at each of its tries: the boot loader is back at the old one, twice
    await boot();
    await boot();
    await boot();

    assert.equal(ecu.running(), undefined);
    assert.ok(platform.manifests.some(({ installation }) => installation?.code === 'ROLLED_BACK'));
  });

  test(`what ${name} refuses is reported as a failed installation`, async () => {
    const ecu = fake();
    ecu.breakInstall();
    const { platform, boot } = await arrange(ecu);

    assert.equal((await boot()).end, 'failed');

    const report = platform.manifests.find(({ installation }) => installation)?.installation;
    assert.equal(report?.code, 'INSTALL_FAILED');
    assert.match(report?.description ?? '', /signature verification failed|invalid or corrupted/);
  });
}

test('a status of RAUC that is none is refused', () => {
  for (const text of ['', '{}', '{"slots":{}}', '{"slots":[]}', '{"slots":[{"a":{"state":"booted","bootname":"A"}}]}'])
    assert.throws(() => readRaucStatus(text), /status of RAUC/, text);
});

test('a program gets its arguments as they are, and is ended when it takes too long', async () => {
  const directory = freshDirectory();
  const echo = program(directory, 'echo-all', 'printf "%s|" "$@"');
  assert.equal(await runProgram(echo, ['$(id)', 'a b', ';'], 5_000), '$(id)|a b|;|');
  const slow = program(directory, 'slow', 'exec sleep 30');
  await assert.rejects(runProgram(slow, [], 200), /failed/);
  await assert.rejects(runProgram(join(directory, 'none'), [], 200), /failed/);
});
