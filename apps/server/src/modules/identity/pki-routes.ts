import type { IncomingMessage, ServerResponse } from 'node:http';
import { maxOcspRequestBytes } from '@bulkhead/pki';
import type { Authorities } from './authorities.ts';
import type { Crls } from './crls.ts';
import { type AuthorityName, authorityNames, type IssuingName } from './domain/profiles.ts';
import type { Ocsp } from './ocsp.ts';

/** Answers requests below `/pki/`; false for every other path. */
export type PkiListener = (request: IncomingMessage, response: ServerResponse) => boolean;

const maxEncodedBytes = 12 * 1024;

function text(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${message}\n`);
}

const authorityNamed = (name: string | undefined): AuthorityName | undefined =>
  authorityNames.find((known) => known === name);

function sendOcsp(response: ServerResponse, body: Uint8Array): void {
  response.writeHead(200, {
    'Content-Type': 'application/ocsp-response',
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

/** RFC 6960 A.1: GET carries the request as base64 in the path, percent-encoded. */
function decodeGet(encoded: string): Buffer | undefined {
  if (encoded.length > maxEncodedBytes) return undefined;
  try {
    const base64 = decodeURIComponent(encoded).replace(/ /g, '+');
    return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
  } catch {
    return undefined;
  }
}

function readPost(request: IncomingMessage, response: ServerResponse, use: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxOcspRequestBytes) chunks.push(chunk);
    else if (!response.headersSent) {
      text(response, 413, `An OCSP request has at most ${maxOcspRequestBytes} octets`, { Connection: 'close' });
    }
  });
  request.on('end', () => {
    if (length <= maxOcspRequestBytes) use(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { type: string; der: Buffer; tag: string; maxAge: number; modified?: Date },
) {
  const etag = `"${file.tag}"`;
  const headers = {
    'Content-Type': file.type,
    ETag: etag,
    'Cache-Control': `max-age=${file.maxAge}`,
    ...(file.modified ? { 'Last-Modified': file.modified.toUTCString() } : {}),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': file.der.length });
  response.end(request.method === 'HEAD' ? undefined : file.der);
}

export interface PkiParts {
  readonly authorities: Authorities;
  readonly crls: Pick<Crls, 'current'>;
  readonly ocsp: Pick<Ocsp, 'respond'>;
}

/**
 * What relying parties fetch, without sign-in and over plain HTTP as RFC 5280 s8 expects, since every answer is signed:
 * `/pki/ca/<authority>.crt`, `/pki/crl/<authority>.crl`, `/pki/ocsp/<authority>`. Written on node:http for the OCSP rate.
 */
export function createPkiListener({ authorities, crls, ocsp }: PkiParts): PkiListener {
  const answer = (response: ServerResponse, authority: IssuingName, body: Uint8Array | undefined) => {
    const result = ocsp.respond(authority, body ?? new Uint8Array());
    if (!(result instanceof Promise)) return sendOcsp(response, result);
    void result.then((der) => sendOcsp(response, der));
  };
  const handleOcsp = (request: IncomingMessage, response: ServerResponse, rest: string) => {
    const slash = rest.indexOf('/');
    const authority = authorityNamed(slash < 0 ? rest : rest.slice(0, slash));
    if (!authority || authority === 'root') return text(response, 404, 'No such authority answers OCSP here');
    if (request.method === 'GET' && slash > 0) return answer(response, authority, decodeGet(rest.slice(slash + 1)));
    if (request.method !== 'POST' || slash >= 0)
      return text(response, 405, 'Send OCSP requests by POST, or by GET with the request in the path', {
        Allow: 'GET, POST',
      });
    if (request.headers['content-type'] !== 'application/ocsp-request')
      return text(response, 415, 'Send Content-Type: application/ocsp-request');
    readPost(request, response, (body) => answer(response, authority, body));
  };
  const handleFile = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const [, folder, name, extension] = /^\/pki\/(ca|crl)\/([a-z]{1,20})\.(crt|pem|crl)$/.exec(path) ?? [];
    const authority = authorityNamed(name);
    if (!authority || (folder === 'crl') !== (extension === 'crl')) return text(response, 404, 'There is nothing here');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(response, 405, 'Use GET', { Allow: 'GET, HEAD' });
    if (folder === 'crl') {
      const crl = crls.current(authority);
      return sendFile(request, response, {
        type: 'application/pkix-crl',
        der: crl.der,
        tag: crl.number,
        maxAge: 60,
        modified: crl.thisUpdate,
      });
    }
    const { der, pem, certificate } = authorities[authority];
    const tag = certificate.fingerprint.slice(0, 32);
    if (extension === 'pem')
      return sendFile(request, response, { type: 'application/x-pem-file', der: Buffer.from(pem), tag, maxAge: 3600 });
    sendFile(request, response, { type: 'application/pkix-cert', der, tag, maxAge: 3600 });
  };
  return (request, response) => {
    const url = request.url ?? '/';
    if (!url.startsWith('/pki/')) return false;
    if (url.startsWith('/pki/ocsp/')) handleOcsp(request, response, url.slice('/pki/ocsp/'.length));
    else handleFile(request, response, url.split('?', 1)[0] ?? '/');
    return true;
  };
}
