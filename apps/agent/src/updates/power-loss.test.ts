import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateSigningKey, signerOf } from '@bulkhead/uptane';
import { createTestAuthority, freshDirectory, testDevice } from '../testing.ts';
import { isWhole, nextBoot } from './file-slots.ts';
import { newImage, oldImage } from './testing-images.ts';
import { startTestPlatform, type TestPlatform } from './testing-platform.ts';
import { newTcu, testVehicle } from './testing-vehicle.ts';

const authority = createTestAuthority();
const { vin, serial } = testDevice;
const identity = authority.leaf(serial, [], 'clientAuth');
const program = join(import.meta.dirname, 'testing-killed.ts');
let platform: TestPlatform;
before(async () => {
  platform = await startTestPlatform(authority, vin);
  platform.offer({ images: [newTcu] });
});
after(() => platform.stop());

const cache = freshDirectory();
const pem = (key: KeyObject) => String(key.export({ format: 'pem', type: 'pkcs8' }));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** One process that is killed at a point. Answers the name of the point, or of the end when it came that far. */
function runKilled(directory: string, key: KeyObject, killAt: number, healthy: boolean): Promise<readonly string[]> {
  const orders = join(directory, 'orders.json');
  const roots = { director: base64(platform.director.root), image: base64(platform.image.root) };
  const own = { key: pem(identity.key), chain: identity.chain };
  const place = { directory, slots: join(directory, 'slots'), url: platform.url, trust: authority.pem };
  const order = { vin, serial, ...place, identity: own, roots, signingKey: pem(key), healthy, killAt };
  writeFileSync(orders, JSON.stringify(order));
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, orders], { env }, (error, stdout, stderr) => {
      if (error && error.signal !== 'SIGKILL') reject(new Error(stderr));
      else resolve(stdout.trim().split('\n'));
    });
  });
}

/** The points that one update passes, in order. */
async function pointsOf(healthy: boolean): Promise<readonly string[]> {
  const points: string[] = [];
  const reached = (name: string) => void points.push(name);
  const { updates } = testVehicle(authority, platform, { reached, durable: true, health: async () => healthy });
  await updates.cycle();
  updates.close();
  return points;
}

/** Numbers of points from 1: all, except that before and in the middle of writing a record is tried at its first and last. */
function chosen(points: readonly string[], from: number): readonly number[] {
  const isTold = (name: string) => name.startsWith('record-') && name !== 'record-done';
  return points.flatMap((name, i) => {
    const isEdge = points.indexOf(name) === i || points.lastIndexOf(name) === i;
    return i >= from && (!isTold(name) || isEdge) ? [i + 1] : [];
  });
}

/** Whatever happened, a whole slot boots. */
function assertBootable(slots: string, point: string): void {
  const { slot } = nextBoot(slots);
  assert.ok(isWhole(slots, slot), `after ${point} the slot ${slot} would boot and is not whole`);
}

/** Kills a fresh vehicle at one point, then lets it boot and go on. */
async function killOnce(killAt: number, expected: string, healthy: boolean): Promise<void> {
  const directory = freshDirectory();
  const slots = join(directory, 'slots');
  const key = generateSigningKey();
  const lines = await runKilled(directory, key, killAt, healthy);
  const point = `${killAt} ${lines.at(-1)}`;
  assert.equal(lines.at(-1), expected, `other points than expected: ${lines.join(' ')}`);
  if (lines.includes('factory-boot-done')) assertBootable(slots, point);

  const { updates } = testVehicle(authority, platform, { directory, key, health: async () => healthy });
  const { end } = await updates.cycle();
  updates.close();

  const { slot, onTrial } = nextBoot(slots);
  assert.ok([healthy ? 'installed' : 'rolled-back', 'idle'].includes(end), `killed at ${point}, then ${end}`);
  assertBootable(slots, point);
  assert.deepEqual([slot, onTrial], [healthy ? 'b' : 'a', false], `killed at ${point}, then ${end}`);
  const { installation, report, ended } = updates.record();
  assert.deepEqual([installation, report, ended.length], [null, null, 1], `killed at ${point}`);
  const wanted = healthy ? newImage : oldImage;
  const told = platform.manifests.findLast(
    ({ reports }) => reports.get(serial)?.signatures[0]?.keyId === signerOf(key).keyId,
  );
  assert.equal(told?.reports.get(serial)?.signed.installed.filename, wanted.filename, `killed at ${point}`);
}

async function killEverywhere(healthy: boolean, after?: string): Promise<number> {
  const points = await pointsOf(healthy);
  const numbers = chosen(points, after === undefined ? 0 : points.indexOf(after));
  const width = 3;
  for (let i = 0; i < numbers.length; i += width)
    await Promise.all(numbers.slice(i, i + width).map((at) => killOnce(at, points[at - 1] as string, healthy)));
  return numbers.length;
}

test('killed at every step of an update, the ECU boots a whole slot, and the update completes after the restart', async () => {
  const count = await killEverywhere(true);

  assert.ok(count >= 40, `${count} points`);
});

test('killed at every step of a roll-back, the ECU boots a whole slot, and ends on the old one', async () => {
  const count = await killEverywhere(false, 'phase-activating');

  assert.ok(count >= 15, `${count} points`);
});
