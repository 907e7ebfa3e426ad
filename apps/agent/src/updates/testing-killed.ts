import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '@bulkhead/kernel';
import { signerOf } from '@bulkhead/uptane';
import { openState } from '../state.ts';
import { createUpdates } from './create-updates.ts';
import { createFileSlots } from './file-slots.ts';
import { createPrimaryEcu } from './primary-ecu.ts';
import { oldContent, oldImage, parkedVehicle } from './testing-images.ts';

/**
 * The update client as a process of its own, ended by SIGKILL at the Nth point it reaches: what a loss of power looks like to
 * everything but the disk's cache. Started by the tests only; prints each point.
 */
interface Orders {
  readonly vin: string;
  readonly serial: string;
  readonly url: string;
  readonly trust: string;
  readonly identity: { readonly key: string; readonly chain: string };
  readonly roots: { readonly director: string; readonly image: string };
  readonly signingKey: string;
  readonly directory: string;
  readonly slots: string;
  readonly healthy: boolean;
  /** 0: never. */
  readonly killAt: number;
}

const [path = ''] = process.argv.slice(2);
const orders = JSON.parse(readFileSync(path, 'utf8')) as Orders;
let count = 0;
const reached = (name: string) => {
  count += 1;
  process.stdout.write(`${name}\n`);
  if (count === orders.killAt) process.kill(process.pid, 'SIGKILL');
};

const signer = signerOf(createPrivateKey(orders.signingKey));
const installer = createFileSlots({
  directory: orders.slots,
  factory: { image: oldImage, content: oldContent },
  reached,
});
const updates = createUpdates({
  vin: orders.vin,
  url: orders.url,
  trust: orders.trust,
  credential: async () => orders.identity,
  state: openState({ directory: orders.directory }),
  roots: { director: Buffer.from(orders.roots.director, 'base64'), image: Buffer.from(orders.roots.image, 'base64') },
  signer,
  primary: createPrimaryEcu({
    serial: orders.serial,
    hardwareId: 'tcu-hw',
    signer,
    installer,
    health: async () => orders.healthy,
  }),
  vehicle: { read: () => parkedVehicle },
  clock: systemClock,
  downloadPauseMs: 5,
  reached,
});
const { end } = await updates.cycle();
process.stdout.write(`end ${end}\n`);
updates.close();
