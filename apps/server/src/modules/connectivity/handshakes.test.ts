import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createHandshakes } from './handshakes.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;
  destroyed = false;
  constructor(remoteAddress: string, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}
const from = (address: string, port: number) => new FakeSocket(address, port) as FakeSocket & Socket;

describe('handshakes under way', () => {
  it('make room for another address when one holds the places, and shed the newcomers of that one', () => {
    let shed = 0;
    const handshakes = createHandshakes(4, () => shed++);
    const silent = [1, 2, 3, 4].map((port) => from('192.0.2.1', port));
    for (const socket of silent) assert.equal(handshakes.enter(socket), true);

    const again = from('192.0.2.1', 5);
    assert.equal(handshakes.enter(again), false);
    const vehicle = from('198.51.100.7', 6);
    assert.equal(handshakes.enter(vehicle), true);

    assert.deepEqual(
      silent.map(({ destroyed }) => destroyed),
      [true, false, false, false],
    );
    assert.deepEqual([again.destroyed, vehicle.destroyed, handshakes.size, shed], [true, false, 4, 2]);
  });

  it('count one IPv6 network as one address', () => {
    const handshakes = createHandshakes(2, () => undefined);
    for (const port of [1, 2]) handshakes.enter(from(`2001:db8:1:2::${port}`, port));

    assert.equal(handshakes.enter(from('2001:db8:1:2::3', 3)), false);
    assert.equal(handshakes.enter(from('2001:db8:1:3::1', 4)), true);
  });

  it('are over when the socket closes or the handshake is done, once', () => {
    const handshakes = createHandshakes(2, () => undefined);
    const [one, two] = [from('192.0.2.1', 1), from('192.0.2.1', 2)];
    handshakes.enter(one);
    handshakes.enter(two);
    handshakes.leave(one);
    handshakes.leave(one);
    assert.equal(handshakes.size, 1);
    one.destroy();
    two.destroy();
    assert.equal(handshakes.size, 0);
  });
});
