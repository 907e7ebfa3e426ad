import { type KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls, type Server, type TLSSocket } from 'node:tls';
import { deviceUri } from '@bulkhead/contract';
import {
  certsOnly,
  generateKey,
  type Issuer,
  issueCertificate,
  issuerOf,
  parseCertificate,
  parseCertificationRequest,
  randomSerial,
  selfIssuer,
  spkiOf,
  toPem,
} from '@bulkhead/pki';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import type { Credential } from './tls-context.ts';

const hour = 3_600_000;

export interface TestAuthority {
  readonly pem: string;
  readonly issuer: Issuer;
  /** A leaf for a fresh key. */
  leaf(cn: string, uris: readonly string[], use: 'clientAuth' | 'serverAuth'): { key: KeyObject; chain: string };
}

export function createTestAuthority(): TestAuthority {
  const { privateKey, publicKey } = generateKey();
  const subject = [{ type: 'CN' as const, value: 'Agent test root' }];
  const der = issueCertificate({
    subject,
    spki: spkiOf(publicKey),
    serial: randomSerial(),
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 24 * hour),
    basicConstraints: { ca: true },
    keyUsage: ['keyCertSign', 'cRLSign'],
    issuer: selfIssuer(subject, privateKey),
  });
  const issuer = issuerOf(parseCertificate(der), privateKey);
  return {
    pem: toPem('CERTIFICATE', der),
    issuer,
    leaf: (cn, uris, use) => {
      const keys = generateKey();
      const leaf = issueLeaf(issuer, cn, spkiOf(keys.publicKey), uris, use);
      return { key: keys.privateKey, chain: toPem('CERTIFICATE', leaf) };
    },
  };
}

function issueLeaf(
  issuer: Issuer,
  cn: string,
  spki: Uint8Array,
  uris: readonly string[],
  use: 'clientAuth' | 'serverAuth',
): Buffer {
  return issueCertificate({
    subject: [{ type: 'CN', value: cn }],
    spki,
    serial: randomSerial(),
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 12 * hour),
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [use],
    san: use === 'serverAuth' ? { dns: ['localhost'], ip: ['127.0.0.1'] } : { uri: [...uris] },
    issuer,
  });
}

export const freshDirectory = () => mkdtempSync(join(tmpdir(), 'bulkhead-agent-'));

const listen = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

const credentialsOf = (authority: TestAuthority) => {
  const { key, chain } = authority.leaf('localhost', [], 'serverAuth');
  return { key: String(key.export({ format: 'pem', type: 'pkcs8' })), cert: chain, ca: authority.pem };
};

/** One connection as the test platform sees it. */
export interface TestConnection {
  readonly serialNumber: string;
  readonly clientId: string;
  publish(topic: string, payload: object): void;
  cut(): void;
}

export interface TestFrontDoor {
  readonly port: number;
  readonly connections: TestConnection[];
  readonly published: { readonly topic: string; readonly payload: string; readonly qos: number }[];
  readonly subscribed: string[];
  /** The reason code for a QoS 1 message; `undefined` = no answer. */
  answer: (packet: IPublishPacket) => number | undefined;
  /** Written together with the CONNACK, in one piece. */
  withConnack: Packet[];
  stop(): Promise<void>;
}

/** The least of an MQTT 5 endpoint that an agent can talk to, with answers that a test decides. */
export async function startTestFrontDoor(authority: TestAuthority): Promise<TestFrontDoor> {
  const sockets = new Set<TLSSocket>();
  const server = createTls({ ...credentialsOf(authority), requestCert: true, minVersion: 'TLSv1.3' }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket, door);
  });
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  const door: TestFrontDoor = {
    port,
    connections: [],
    published: [],
    subscribed: [],
    answer: () => 0,
    withConnack: [],
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return door;
}

function serve(socket: TLSSocket, door: TestFrontDoor): void {
  const encode = (packet: Packet) => generate(packet, { protocolVersion: 5 });
  const decode = parser({ protocolVersion: 5 });
  socket.on('data', (data: Buffer) => decode.parse(data));
  decode.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect') {
      door.connections.push({
        serialNumber: socket.getPeerCertificate().serialNumber,
        clientId: packet.clientId,
        publish: (topic, payload) =>
          socket.write(
            encode({
              cmd: 'publish',
              topic,
              payload: JSON.stringify(payload),
              qos: 1,
              dup: false,
              retain: false,
              messageId: 7,
            }),
          ),
        cut: () => socket.destroy(),
      });
      const connack: Packet = {
        cmd: 'connack',
        reasonCode: 0,
        sessionPresent: false,
        properties: { receiveMaximum: 10 },
      };
      socket.write(Buffer.concat([connack, ...door.withConnack].map(encode)));
    } else if (packet.cmd === 'subscribe') {
      door.subscribed.push(...packet.subscriptions.map(({ topic }) => topic));
      socket.write(encode({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] }));
    } else if (packet.cmd === 'publish') {
      door.published.push({ topic: packet.topic, payload: packet.payload.toString(), qos: packet.qos });
      const reasonCode = packet.qos === 1 ? door.answer(packet) : undefined;
      if (reasonCode !== undefined)
        socket.write(encode({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode }));
    } else if (packet.cmd === 'pingreq') socket.write(encode({ cmd: 'pingresp' }));
  });
}

export interface TestEst {
  readonly url: string;
  readonly claim: Credential;
  readonly requests: { readonly path: string; readonly key: string; readonly by: string }[];
  /** Called before the answer goes out; may answer itself and return true. */
  intercept: (response: ServerResponse, number: number) => boolean;
  stop(): Promise<void>;
}

/** The least of an EST server: issues what is asked for by anyone with a certificate of the authority. */
export async function startTestEst(authority: TestAuthority): Promise<TestEst> {
  const server = createHttps({ ...credentialsOf(authority), requestCert: true }, (request, response) => {
    void enrolOne(authority, est, request, response);
  });
  const port = await listen(server);
  const est: TestEst = {
    url: `https://127.0.0.1:${port}`,
    claim: authority.leaf('plant', ['urn:test:plant'], 'clientAuth'),
    requests: [],
    intercept: () => false,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return est;
}

async function enrolOne(authority: TestAuthority, est: TestEst, request: IncomingMessage, response: ServerResponse) {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const wish = parseCertificationRequest(Buffer.from(body, 'base64'));
  const by = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
  est.requests.push({
    path: request.url ?? '',
    key: Buffer.from(wish.spki).toString('hex'),
    by: String(by),
  });
  if (est.intercept(response, est.requests.length)) return;
  const [cn] = wish.subject;
  const der = issueLeaf(authority.issuer, cn?.value ?? '', wish.spki, wish.san.uri, 'clientAuth');
  response.end(Buffer.from(certsOnly([der])).toString('base64'));
}

/** Polls until it holds; the runner's own time limit is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const testDevice = { vin: 'YZ9BA1C2ZTV000001', serial: 'TC-1' } as const;
export const deviceUriOf = deviceUri(testDevice);
export const serialNumberOf = (chain: string) => new X509Certificate(chain).serialNumber;
