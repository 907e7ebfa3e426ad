/** What the registry must know of a live connection. */
export interface Registered {
  readonly connectionId: string;
  readonly fingerprint256: string;
  readonly certificateSerial: string;
  clientId: string;
}

export interface Registry<Connection extends Registered> {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** Gives the client id to this connection; returns the one that had it. */
  claim(clientId: string, connection: Connection): Connection | undefined;
  byClient(clientId: string): Connection | undefined;
  byCertificate(identities: ReadonlySet<string>): Connection[];
  all(): Iterable<Connection>;
  readonly size: number;
}

/** The live connections of this replica. A cache of sockets only: correctness rests on the session rows. */
export function createRegistry<Connection extends Registered>(): Registry<Connection> {
  const connections = new Set<Connection>();
  const clients = new Map<string, Connection>();
  return {
    add: (connection) => {
      connections.add(connection);
    },
    remove: (connection) => {
      connections.delete(connection);
      if (clients.get(connection.clientId) === connection) clients.delete(connection.clientId);
    },
    claim: (clientId, connection) => {
      const previous = clients.get(clientId);
      connection.clientId = clientId;
      clients.set(clientId, connection);
      return previous === connection ? undefined : previous;
    },
    byClient: (clientId) => clients.get(clientId),
    byCertificate: (identities) =>
      [...connections].filter(
        ({ fingerprint256, certificateSerial }) => identities.has(fingerprint256) || identities.has(certificateSerial),
      ),
    all: () => connections,
    get size() {
      return connections.size;
    },
  };
}

/** One spelling for fingerprints and serial numbers: lower-case hex without colons and leading zeroes. */
export function normalHex(value: string): string {
  return value
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '');
}
