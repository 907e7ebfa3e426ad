import { hash } from 'node:crypto';
import {
  createDirector,
  type DialectName,
  type DirectorSetInput,
  generateSigningKey,
  signerOf,
} from '@bulkhead/uptane';
import type { Run } from './harness/run.ts';

const limitName = '3 Ed25519 signatures';
const dialects: readonly DialectName[] = ['a', 'b'];
const expires = new Date('2099-01-01T00:00:00Z');

/** Full signed sets of the Director (targets, snapshot, timestamp) per CPU second, against their bare signatures. */
export function benchDirectorSets(run: Run): Promise<void> {
  const keys = { targets: [newSigner()], snapshot: [newSigner()], timestamp: [newSigner()] };
  const message = Buffer.alloc(600, 'x');
  const sign = () => {
    for (const [signer] of Object.values(keys)) signer?.sign(message);
  };
  for (const ecus of [1, 5, 30]) {
    for (const dialect of dialects) {
      const director = createDirector(keys, dialect);
      let version = 1;
      const set = () => director.createSet(inputFor(ecus, version++));
      const [ours, limit] = compare(run, set, sign);
      const budget = ecus === 30 ? {} : { budget: '>=5000/s', met: ours >= 5_000 };
      const note = `one vehicle with ${ecus} ${ecus === 1 ? 'ECU' : 'ECUs'}, sha256 and sha512, dialect ${dialect.toUpperCase()}; per CPU second, in process`;
      run.add({
        bench: `updates.director.${ecus}-ecu.${dialect}`,
        value: ours,
        unit: '1/s',
        against: limitName,
        ratio: ours / limit,
        ...budget,
        note,
      });
    }
  }
  return Promise.resolve();
}

const newSigner = () => signerOf(generateSigningKey());

function inputFor(ecus: number, version: number): DirectorSetInput {
  const targets = Array.from({ length: ecus }, (_, i) => ({
    filename: `supplier/ecu-${i}/1.2.${version % 10}.bin`,
    length: 1_234_567,
    hashes: hashesOf(i),
    ecus: new Map([[`ECU-SERIAL-${i}-00000001`, { hardwareId: `hardware-${i}` }]]),
    releaseCounter: version,
  }));
  const versions = { targets: version, snapshot: version, timestamp: version };
  const times = { targets: expires, snapshot: expires, timestamp: expires };
  return { vehicleId: '1BHDEM0000T000000', correlationId: 'campaign:1', targets, versions, expires: times };
}

const known = new Map<number, ReadonlyMap<'sha256' | 'sha512', string>>();

/** Hashes come from the catalogue of images; making them is not the Director's work. */
function hashesOf(i: number): ReadonlyMap<'sha256' | 'sha512', string> {
  let hashes = known.get(i);
  if (!hashes) {
    hashes = new Map([
      ['sha256', hash('sha256', `${i}`)],
      ['sha512', hash('sha512', `${i}`)],
    ] as const);
    known.set(i, hashes);
  }
  return hashes;
}

/** Both by turns, so that other work on the machine slows both alike. */
function compare(run: Run, ours: () => void, limit: () => void): readonly [ours: number, limit: number] {
  const rounds = run.quick ? 2 : 20;
  const milliseconds = run.quick ? 10 : 100;
  const total = { ours: { count: 0, seconds: 0 }, limit: { count: 0, seconds: 0 } };
  for (let round = -2; round < rounds; round++) {
    for (const [name, work] of [
      ['ours', ours],
      ['limit', limit],
    ] as const) {
      const { count, seconds } = repeat(work, milliseconds);
      if (round < 0) continue; // to warm up
      total[name].count += count;
      total[name].seconds += seconds;
    }
  }
  return [total.ours.count / total.ours.seconds, total.limit.count / total.limit.seconds];
}

function repeat(work: () => void, milliseconds: number): { count: number; seconds: number } {
  const before = process.cpuUsage();
  const end = performance.now() + milliseconds;
  let count = 0;
  while (performance.now() < end) {
    work();
    count++;
  }
  const { user, system } = process.cpuUsage(before);
  return { count, seconds: (user + system) / 1e6 };
}
