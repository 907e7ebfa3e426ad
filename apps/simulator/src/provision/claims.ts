import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Credential } from '@bulkhead/agent';
import type { Client } from '@bulkhead/contract';
import type { Clock } from '@bulkhead/kernel';
import { createCertificationRequest, generateKey, toPem } from '@bulkhead/pki';
import type { SimulatorState } from './simulator-state.ts';

const day = 86_400_000;
export type Claims = ReadonlyMap<string, Credential>;

interface Stored {
  readonly key: string;
  readonly chain: string;
}

function stored(state: SimulatorState, plant: string, now: Date): Credential | undefined {
  const text = state.read(`claim-${plant}.json`);
  if (!text) return undefined;
  const { key, chain } = JSON.parse(text) as Stored;
  const leftMs = Date.parse(new X509Certificate(chain).validTo) - now.getTime();
  return leftMs > day ? { key: createPrivateKey(key), chain } : undefined;
}

/** The claim certificate of each plant, with which its ECUs enrol; kept, and asked for anew a day before it ends. */
export async function obtainClaims(
  client: Client,
  state: SimulatorState,
  plants: readonly string[],
  clock: Clock,
): Promise<Claims> {
  const claims = new Map<string, Credential>();
  for (const plant of plants) {
    const credential = stored(state, plant, clock.now()) ?? (await requestClaim(client, state, plant));
    claims.set(plant, credential);
  }
  return claims;
}

async function requestClaim(client: Client, state: SimulatorState, plant: string): Promise<Credential> {
  const { privateKey } = generateKey();
  const request = createCertificationRequest({ subject: [{ type: 'CN', value: plant }], key: privateKey });
  const { pem, chain } = await client.issueClaimCertificate({
    body: { plant, request: toPem('CERTIFICATE REQUEST', request) },
  });
  const credential = { key: privateKey, chain: pem + chain };
  const key = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  state.write(`claim-${plant}.json`, JSON.stringify({ key, chain: credential.chain } satisfies Stored));
  return credential;
}
