import {
  AgentError,
  type Credential,
  enrol,
  type Identity,
  openSession,
  openState,
  type Session,
} from '@bulkhead/agent';
import { clientIdOf, uplinkTopic } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { generateKey, issueCertificate, randomSerial, selfIssuer, spkiOf, toPem } from '@bulkhead/pki';
import type { FleetVehicle } from '../fleet/build-fleet.ts';
import type { Endpoints } from '../provision/platform.ts';
import { enrolEcu, type IdentityOptions, quietKeyHolders } from './ecu-identities.ts';

/** `refused` is what must come out; `accepted` is a breach; `unclear` = the platform did not answer, nothing is proven. */
export interface RogueResult {
  readonly attempt: 'cloned-ecu' | 'self-signed' | 'foreign-topic';
  readonly outcome: 'refused' | 'accepted' | 'unclear';
  readonly detail: string;
}

export interface RogueOptions {
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  /** A claim certificate that leaked from the plant. */
  readonly stolenClaim: Credential;
  readonly victim: FleetVehicle;
  readonly neighbour: FleetVehicle;
  readonly identities: IdentityOptions;
}

const notAuthorized = 0x87;
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A copied ECU asks for an identity with the stolen claim certificate; the inventory does not know its serial. */
async function cloneEcu({ endpoints, stolenClaim, victim }: RogueOptions): Promise<RogueResult> {
  const attempt = 'cloned-ecu';
  const serial = `${victim.telematics.serial}-X`;
  const est = { url: endpoints.estUrl, trust: endpoints.trust, vin: victim.vin, serial };
  try {
    await enrol(est, stolenClaim, generateKey().privateKey);
    return { attempt, outcome: 'accepted', detail: `${serial} got a certificate` };
  } catch (error) {
    const refused = error instanceof AgentError && error.code === 'agent.enrolment-refused';
    return { attempt, outcome: refused ? 'refused' : 'unclear', detail: messageOf(error) };
  }
}

/** A certificate that names the victim, made by nobody but the rogue itself. */
function selfSigned({ vin, telematics }: FleetVehicle, clock: Clock): Identity {
  const { privateKey, publicKey } = generateKey();
  const subject = [{ type: 'CN', value: telematics.serial }];
  const now = clock.now().getTime();
  const der = issueCertificate({
    subject,
    spki: spkiOf(publicKey),
    serial: randomSerial(),
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 3_600_000),
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
    san: { uri: [`urn:bulkhead:vin:${vin}:ecu:${telematics.serial}`] },
    issuer: selfIssuer(subject, privateKey),
  });
  return { key: privateKey, chain: toPem('CERTIFICATE', der) };
}

function connect({ endpoints }: RogueOptions, clientId: string, identity: Identity): Promise<Session> {
  return openSession({
    ...endpoints.mqtt,
    trust: endpoints.trust,
    ...identity,
    clientId,
    keepAliveSeconds: 60,
    sessionExpirySeconds: 0,
    onMessage: () => {},
    onEnd: () => {},
  });
}

async function knockSelfSigned(options: RogueOptions): Promise<RogueResult> {
  const attempt = 'self-signed';
  const { victim } = options;
  try {
    const session = await connect(
      options,
      clientIdOf(victim.vin, victim.telematics.serial),
      selfSigned(victim, options.clock),
    );
    session.end();
    return { attempt, outcome: 'accepted', detail: 'a self-signed certificate got a connection' };
  } catch (error) {
    const detail = messageOf(error);
    const unclear = /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|in time/.test(detail);
    return { attempt, outcome: unclear ? 'unclear' : 'refused', detail };
  }
}

/** An honest certificate with dishonest software behind it: it speaks in the name of the next vehicle. */
async function speakForNeighbour(options: RogueOptions): Promise<RogueResult> {
  const attempt = 'foreign-topic';
  const { victim, neighbour, identities } = options;
  const [ecu] = quietKeyHolders(victim);
  if (!ecu) return { attempt, outcome: 'unclear', detail: 'the vehicle has no ECU for it' };
  try {
    await enrolEcu(identities, victim, ecu);
    const identity = openState({ directory: identities.directoryOf(ecu.serial), durable: false }).identity();
    if (!identity) return { attempt, outcome: 'unclear', detail: 'the ECU has no identity yet' };
    const session = await connect(options, clientIdOf(victim.vin, ecu.serial), identity);
    const topic = uplinkTopic(neighbour.vin, neighbour.telematics.serial, 'events');
    const event = {
      boot: 1,
      seq: 0,
      at: options.clock.now().toISOString(),
      type: 'rogue.forged',
      severity: 'critical',
    };
    const code = await session.publish(topic, Buffer.from(JSON.stringify(event))).finally(() => session.end());
    const detail = `reason 0x${code.toString(16)} for ${topic}`;
    return { attempt, outcome: code === notAuthorized ? 'refused' : code < 0x80 ? 'accepted' : 'unclear', detail };
  } catch (error) {
    return { attempt, outcome: 'unclear', detail: messageOf(error) };
  }
}

/** Tries all three; the platform must refuse each. */
export async function playRogue(options: RogueOptions): Promise<readonly RogueResult[]> {
  return [await cloneEcu(options), await knockSelfSigned(options), await speakForNeighbour(options)];
}
