import type { Socket } from 'node:net';

export interface Handshakes {
  /** Counts a new socket; one is cut when there are too many. False when it was this one. */
  enter(socket: Socket): boolean;
  /** The handshake of the peer is over. */
  leave(peer: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined }): void;
  readonly size: number;
}

/** IPv6 hands whole networks to one party, so the first half of the address counts. */
function partyOf(address: string): string {
  return address.includes('.') ? address : address.split(':', 4).join(':');
}

/**
 * Handshakes under way. Sockets that say nothing must not keep the fleet out, so when all places are taken the address that
 * holds the most of them gives one up: its oldest. A storm from one address sheds its own newcomers.
 */
export function createHandshakes(most: number, shed: () => void): Handshakes {
  const underway = new Map<string, { readonly socket: Socket; readonly party: string }>();
  const perParty = new Map<string, number>();

  function remove(key: string): void {
    const found = underway.get(key);
    if (found === undefined) return;
    underway.delete(key);
    const left = (perParty.get(found.party) ?? 1) - 1;
    if (left === 0) perParty.delete(found.party);
    else perParty.set(found.party, left);
  }

  function makeRoom(party: string): boolean {
    let [heaviest, held] = ['', (perParty.get(party) ?? 0) + 1];
    for (const [other, count] of perParty) if (count > held) [heaviest, held] = [other, count];
    for (const [key, entry] of underway) {
      if (entry.party !== heaviest) continue;
      remove(key);
      entry.socket.destroy();
      return true;
    }
    return false;
  }

  return {
    enter: (socket) => {
      const { remoteAddress = '', remotePort } = socket;
      const key = `${remoteAddress} ${remotePort}`;
      const party = partyOf(remoteAddress);
      if (underway.size >= most) {
        shed();
        if (!makeRoom(party)) {
          socket.destroy();
          return false;
        }
      }
      underway.set(key, { socket, party });
      perParty.set(party, (perParty.get(party) ?? 0) + 1);
      socket.once('close', () => {
        if (underway.get(key)?.socket === socket) remove(key);
      });
      return true;
    },
    leave: ({ remoteAddress = '', remotePort }) => remove(`${remoteAddress} ${remotePort}`),
    get size() {
      return underway.size;
    },
  };
}
