import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { DialectName } from '@bulkhead/uptane';
import { createRateLimit } from '../../platform/http/rate-limit.ts';
import { BodyTooLarge, type Device, peerOf, readBounded, type VehicleListener } from '../identity/index.ts';
import type { DirectorDeps } from './deps.ts';
import { createDeviceNotes, readBody } from './device-notes.ts';
import { Refusal, type RefusalCode } from './domain/error.ts';
import { createManifests } from './manifests.ts';
import { createProvisioning } from './provisioning.ts';
import { createRegistering } from './registering.ts';
import type { Repository, setRoles } from './repository.ts';
import { createSecurityEvents } from './security-events.ts';
import type { Sets } from './sets.ts';
import type { NoteTable } from './tables.ts';
import { createTelling } from './telling.ts';
import { createDirectorViews } from './views.ts';

const statuses: Readonly<Record<RefusalCode, number>> = Object.freeze({
  bad_request: 400,
  certificate_refused: 403,
  certificate_required: 401,
  device_already_registered: 409,
  device_not_registered: 404,
  ecu_already_registered: 409,
  foreign_ecu: 403,
  manifest_refused: 400,
  not_found: 404,
  not_primary: 403,
  too_large: 413,
  too_many_ecus: 413,
  too_often: 429,
  unknown_device: 403,
  unknown_ecu: 403,
  wrong_hardware: 409,
});

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: Uint8Array | string;
}

interface Call {
  readonly device: Device;
  readonly body: Buffer;
  readonly part: readonly string[];
}

interface Route {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: RegExp;
  readonly mostBytes: number;
  handle(call: Call): Promise<Answer>;
}

const kib = 1024;
const done: Answer = { status: 200, type: 'application/json', body: '{}' };
const json = (body: Uint8Array | string): Answer => ({ status: 200, type: 'application/json', body });
const notFound = () => new Refusal('not_found', 'There is nothing here');

/** Paths that belong to the Director or are asked of it; the rest of the door is somebody else's. */
const ours = /^\/(director|director-tuf|devices|events|core|system_info|campaigner|treehub)(\/|$)/;

/** A client polls every 10 s with four calls by default; whoever comes much oftener waits. */
const limits = { burst: 120, perMinute: 60, capacity: 200_000 };
const provisioningLimits = { burst: 600, perMinute: 600 };

/**
 * What vehicles call: the addresses of aktualizr (the table of docs/reference/vehicle-updates-http.md) and the same in the TUF
 * dialect below /director-tuf. Who calls is said by the TLS client certificate alone.
 */
export function createDeviceListener(deps: DirectorDeps, repository: Repository, sets: Sets): VehicleListener {
  const mayCall = createRateLimit(deps.clock, limits);
  const mayProvision = createRateLimit(deps.clock, provisioningLimits);
  const provision = createProvisioning(deps);
  const routes = routesOf(deps, repository, sets);

  const answer = async (request: IncomingMessage, path: string): Promise<Answer> => {
    const peer = peerOf(request.socket as TLSSocket);
    if (path === '/devices' && request.method === 'POST') {
      if (!mayProvision(request.socket.remoteAddress ?? '')) throw tooOften();
      const body = readBody(await readBounded(request, 4 * kib), 4 * kib);
      return { status: 200, type: 'application/x-pkcs12', body: await provision(peer?.der, body) };
    }
    const device = deviceOf(deps, peer);
    if (!mayCall(device.ecuId)) throw tooOften();
    for (const route of routes) {
      const part = request.method === route.method ? route.path.exec(path) : null;
      if (!part) continue;
      const body = route.method === 'GET' ? Buffer.alloc(0) : await readBounded(request, route.mostBytes);
      return route.handle({ device, body, part });
    }
    throw notFound();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    try {
      send(request, response, await answer(request, path));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) {
        deps.metrics.count('director_refused_total', { code: refusal.code });
        const body = JSON.stringify({ code: refusal.code, description: refusal.message });
        send(request, response, { status: statuses[refusal.code], type: 'application/json', body });
      } else if (!response.destroyed && !request.destroyed) {
        deps.log.error({ err: error }, 'a call of a vehicle failed');
        send(request, response, { status: 500, type: 'application/json', body: '{"code":"internal_error"}' });
      } else response.destroy(); // the client went away in the middle
    }
  };

  return (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (!ours.test(path)) return false;
    void serve(request, response, path);
    return true;
  };
}

const tooOften = () => new Refusal('too_often', 'Too many calls: poll less often');

function deviceOf({ identity }: DirectorDeps, peer: { readonly der: Uint8Array } | undefined): Device {
  if (!peer) throw new Refusal('certificate_required', 'Present the certificate of an ECU');
  const verdict = identity.authenticate({ raw: peer.der });
  if (!verdict.ok) throw new Refusal('certificate_refused', verdict.detail);
  return verdict.device;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof BodyTooLarge) return new Refusal('too_large', 'The body is larger than this call may be');
  return undefined;
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body = '' }: Answer): void {
  const wait = status === 429 ? { 'Retry-After': '30' } : {};
  // what was not read of a body would be taken for the next request
  const end = request.complete ? {} : { Connection: 'close' };
  response.writeHead(status, {
    ...(type === undefined ? {} : { 'Content-Type': type }),
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...wait,
    ...end,
  });
  response.end(body);
}

function routesOf(deps: DirectorDeps, repository: Repository, sets: Sets): readonly Route[] {
  const notes = createDeviceNotes(deps);
  const note = (method: Route['method'], path: RegExp, kind: NoteTable['kind'], mostBytes: number): Route => ({
    method,
    path,
    mostBytes,
    handle: async ({ device, body }) => {
      await notes(device, kind, body);
      return done;
    },
  });
  const telling = createTelling(deps);
  const events = async ({ device, body }: Call) => {
    await telling.events(device, readBody(body, 256 * kib));
    return done;
  };
  return [
    ...dialectRoutes(deps, repository, sets, 'director', 'a'),
    ...dialectRoutes(deps, repository, sets, 'director-tuf', 'b'),
    { method: 'POST', path: /^\/(?:director-tuf\/)?events$/, mostBytes: 256 * kib, handle: events },
    {
      method: 'POST',
      path: /^\/director-tuf\/consent$/,
      mostBytes: 4 * kib,
      handle: async ({ device, body }) => {
        await telling.consent(device, readBody(body, 4 * kib));
        return done;
      },
    },
    {
      method: 'GET',
      path: /^\/director-tuf\/information\/([0-9a-f]{64})\.json$/,
      mostBytes: 0,
      handle: async ({ part }) => {
        const document = await createDirectorViews(deps.db).information(part[1] ?? '');
        if (document === undefined) throw notFound();
        return json(document);
      },
    },
    note('PUT', /^\/core\/installed$/, 'packages', 512 * kib),
    note('PUT', /^\/(?:core\/)?system_info$/, 'system-info', 512 * kib),
    note('PUT', /^\/system_info\/network$/, 'network', 16 * kib),
    note('POST', /^\/system_info\/config$/, 'configuration', 128 * kib),
  ];
}

function dialectRoutes(
  deps: DirectorDeps,
  repository: Repository,
  sets: Sets,
  base: string,
  dialect: DialectName,
): readonly Route[] {
  const tellEvents = createSecurityEvents(deps);
  const register = createRegistering(deps, tellEvents);
  const manifest = createManifests(deps, tellEvents);
  const at = (rest: string) => new RegExp(`^/${base}/${rest}$`);
  const latest = async ({ device, part }: Call) => {
    const { set } = await sets.current(device.vin, dialect);
    return json(set[part[1] as (typeof setRoles)[number]]);
  };
  return [
    { method: 'GET', path: at('(targets|snapshot|timestamp)\\.json'), mostBytes: 0, handle: latest },
    {
      method: 'GET',
      path: at('([1-9][0-9]{0,9})\\.(targets|snapshot)\\.json'),
      mostBytes: 0,
      handle: async ({ device, part }) => {
        const version = Number(part[1]);
        const role = part[2] as 'targets' | 'snapshot';
        const given = sets.ofVersion(device.vin, dialect, version);
        if (given) return json(given[role]);
        const current = await sets.current(device.vin, dialect);
        if (current.version !== version) throw notFound();
        return json(current.set[role]);
      },
    },
    {
      method: 'GET',
      path: at('(?:([1-9][0-9]{0,9})\\.)?root\\.json'),
      mostBytes: 0,
      handle: async ({ part }) => {
        const version = part[1] === undefined ? repository.current().version : Number(part[1]);
        // 404, not an error of the server: clients ask for the next root until there is none
        const document = version < 2 ** 31 ? await repository.root(version, dialect) : undefined;
        if (!document) throw notFound();
        return json(document);
      },
    },
    {
      method: 'POST',
      path: at('ecus'),
      mostBytes: 512 * kib,
      handle: async ({ device, body }) => {
        await register(device, readBody(body, 512 * kib), dialect);
        return { ...done, status: 201 };
      },
    },
    {
      method: 'PUT',
      path: at('manifest'),
      mostBytes: 512 * kib,
      handle: async ({ device, body }) => {
        await manifest(device, body, dialect);
        return done;
      },
    },
  ];
}
