import assert from 'node:assert/strict';
import { it } from 'node:test';
import { uplinkTopic } from '@bulkhead/contract';
import { startTestDoor } from './testing.ts';
import { connectDevice } from './testing-device.ts';

it('smoke', async () => {
  const door = await startTestDoor();
  const device = door.pki.device('WVWZZZ1KZAW000001', 'TCU1');
  for (const protocolVersion of [4, 5] as const) {
    const client = await connectDevice(door, device, { protocolVersion });
    for (const qos of [0, 1, 2] as const)
      await client.publishAsync(
        uplinkTopic(device.vin, device.ecuSerial, 'heartbeat'),
        JSON.stringify({ boot: 1, uptimeS: 3 }),
        { qos },
      );
    await client.endAsync();
  }
  assert.equal(door.stored.length, 6);
  await door.stop();
});
