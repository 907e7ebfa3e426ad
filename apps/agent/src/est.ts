import { type KeyObject, X509Certificate } from 'node:crypto';
import { type RequestOptions, request } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { deviceIdUri, deviceUri, parseDeviceIdUri } from '@bulkhead/contract';
import { createCertificationRequest, parseCertificate, readCertsOnly, toPem } from '@bulkhead/pki';
import { AgentError } from './error.ts';
import type { Identity } from './state.ts';
import { type Credential, contextOf } from './tls-context.ts';

export interface EstOptions {
  /** `https://host:port` of the platform's vehicle HTTPS. */
  readonly url: string;
  /** PEM of the root the platform is verified against; nothing else is trusted. */
  readonly trust: string;
  readonly vin: string;
  readonly serial: string;
}

const maxAnswerBytes = 256 * 1024;
const timeoutMs = 30_000;
const maxRetryAfterSeconds = 3_600;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number;
}

function post(url: string, body: string, { trust }: EstOptions, credential: Credential): Promise<Answer> {
  const headers = {
    'Content-Type': 'application/pkcs10',
    'Content-Transfer-Encoding': 'base64',
    'Content-Length': body.length,
  };
  return new Promise((resolve, reject) => {
    const unreachable = (cause: Error) =>
      reject(
        new AgentError('agent.enrolment-unreachable', `The enrolment service does not answer (${cause.message})`, {
          cause,
        }),
      );
    const options: RequestOptions & ConnectionOptions = {
      method: 'POST',
      headers,
      secureContext: contextOf(credential, trust),
      agent: false,
      timeout: timeoutMs,
    };
    const call = request(url, options, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (text.length + chunk.length > maxAnswerBytes) response.destroy(new Error('the answer is too long'));
        else text += chunk;
      });
      response.on('error', unreachable);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, retryAfter: Number(response.headers['retry-after'] ?? 0) }),
      );
    });
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', unreachable);
    call.end(body);
  });
}

/** The new certificate must be for the key and the name that were asked for; the platform is not believed blindly. */
function checkedChain(text: string, key: KeyObject, { vin, serial }: EstOptions): string {
  const certificates = readCertsOnly(Buffer.from(text, 'base64'));
  const [own] = certificates;
  if (!own || !new X509Certificate(own).checkPrivateKey(key))
    throw new AgentError('agent.enrolment-refused', 'The certificate received is not for the key it was asked for');
  const named = parseCertificate(own).san.uri;
  if (!named.includes(deviceUri({ vin, serial })))
    throw new AgentError('agent.enrolment-refused', 'The certificate received names another device');
  return certificates.map((der) => toPem('CERTIFICATE', der)).join('');
}

async function enrolAt(
  operation: 'simpleenroll' | 'simplereenroll',
  options: EstOptions,
  credential: Credential,
  key: KeyObject,
): Promise<Identity> {
  const uris = [deviceUri(options)];
  if (operation === 'simplereenroll') {
    const id = new X509Certificate(credential.chain).subjectAltName?.match(/URI:(urn:uuid:[^,\s]+)/)?.[1];
    const ecuId = id && parseDeviceIdUri(id);
    if (ecuId) uris.push(deviceIdUri(ecuId));
  }
  const csr = createCertificationRequest({
    subject: [{ type: 'CN', value: options.serial }],
    key,
    sans: { uri: uris },
  });
  const { status, text, retryAfter } = await post(
    `${options.url}/.well-known/est/${operation}`,
    csr.toString('base64'),
    options,
    credential,
  );
  if (status >= 500 || status === 202 || status === 429)
    throw new AgentError('agent.enrolment-unreachable', `The enrolment service asks to come back later (${status})`, {
      fields: { retryAfterSeconds: String(Math.min(maxRetryAfterSeconds, Math.max(0, retryAfter || 0))) },
    });
  if (status !== 200)
    throw new AgentError('agent.enrolment-refused', `Enrolment was refused (${status}): ${text.slice(0, 500).trim()}`);
  return { key, chain: checkedChain(text, key, options) };
}

/** First certificate, by the plant's claim certificate (RFC 7030 s4.2.1), for a key made here that never leaves. */
export const enrol = (options: EstOptions, claim: Credential, key: KeyObject) =>
  enrolAt('simpleenroll', options, claim, key);

/** Renewal with a new key, by the certificate in use (RFC 7030 s4.2.2). */
export const renew = (options: EstOptions, current: Identity, key: KeyObject) =>
  enrolAt('simplereenroll', options, current, key);
