import {
  type CertificateStatus,
  createOcspResponder,
  type OcspRequest,
  type OcspResponder,
  ocspError,
  PkiError,
  parseOcspRequest,
} from '@bulkhead/pki';
import type { Authorities } from './authorities.ts';
import { createBackground } from './background.ts';
import { createBatcher } from './batcher.ts';
import type { IdentityDeps } from './deps.ts';
import type { IssuingName, Profile } from './domain/profiles.ts';
import type { Issuing } from './issuing.ts';
import { createLru } from './lru.ts';
import type { Revocations } from './revocations.ts';
import { ensureServiceCertificate } from './service-certificates.ts';
import { createIdentityStore } from './store.ts';

export interface Ocsp {
  /** A DER response to a DER request, signed now; never throws for what a client sent. */
  respond(authority: IssuingName, request: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Renews responder certificates that are due. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface OcspParts {
  readonly authorities: Authorities;
  readonly issuing: Issuing;
  readonly revocations: Revocations;
  readonly profile: Profile;
}

const issuingNames: readonly IssuingName[] = ['vehicles', 'plants', 'services'];
const rememberedSerials = 200_000;
const good: CertificateStatus = { status: 'good' };
const unknown: CertificateStatus = { status: 'unknown' };

/**
 * OCSP (RFC 6960) by a delegated responder per authority. Revocations are in memory; that a serial was issued at all is
 * remembered once seen and else asked of the database, many at a time, so that `good` is never said of a stranger.
 */
export async function openOcsp(
  deps: IdentityDeps,
  { authorities, issuing, revocations, profile }: OcspParts,
): Promise<Ocsp> {
  const responders = new Map<IssuingName, { readonly der: Buffer; readonly responder: OcspResponder }>();
  const issuers = createLru<string>(rememberedSerials);
  const lookups = createBatcher<string, string | undefined>({
    run: async (serials) => {
      const rows = await createIdentityStore(deps.db).authoritiesOf(serials);
      const found = new Map(rows.map((row) => [row.serial_number, row.authority]));
      return serials.map((serial) => found.get(serial)) as (string | Error)[];
    },
    maxBatch: 500,
    concurrency: 2,
    maxWaiting: 5_000,
    busy: () => new Error('too many OCSP look-ups wait'),
  });

  const renew = async () => {
    for (const name of issuingNames) {
      const subject = [{ type: 'CN', value: `OCSP responder of ${name}` }];
      const order = { keyName: `ocsp-${name}`, profile, authority: name, subject };
      const { der, key } = await ensureServiceCertificate(deps, issuing, order);
      if (responders.get(name)?.der.equals(der)) continue;
      const options = {
        issuer: authorities[name].der,
        certificate: der,
        key: key.keyObject ?? key,
        validitySeconds: 3600,
      };
      responders.set(name, { der, responder: createOcspResponder(options) });
    }
  };
  const statusIn =
    (authority: IssuingName) =>
    (serial: string): CertificateStatus => {
      const revoked = revocations.set.get(serial);
      if (revoked?.authority === authority) return { status: 'revoked', at: revoked.revokedAt, reason: revoked.reason };
      return issuers.get(serial) === authority ? good : unknown;
    };
  const learn = async (serials: readonly string[]): Promise<void> => {
    const found = await Promise.all(serials.map((serial) => lookups.submit(serial)));
    for (const [i, serial] of serials.entries()) {
      const issuer = found[i];
      if (issuer !== undefined) issuers.set(serial, issuer);
    }
  };
  const isKnown = (serial: string): boolean => issuers.get(serial) !== undefined || revocations.set.has(serial);

  await renew();
  const background = createBackground({
    work: renew,
    waitMs: () => 1_000,
    everyMs: 60 * 60_000,
    onError: (error) => deps.log.warn({ err: error }, 'could not renew an OCSP responder certificate'),
  });
  const respond: Ocsp['respond'] = (authority, bytes) => {
    const responder = responders.get(authority)?.responder as OcspResponder;
    const request = readRequest(bytes);
    if (!request) return ocspError('malformedRequest');
    const strangers = request.certIds
      .filter((id) => responder.answersFor(id) && !isKnown(id.serial))
      .map((id) => id.serial);
    const answer = () => responder.respond(request, statusIn(authority), deps.clock.now());
    if (strangers.length === 0) return answer();
    return learn(strangers).then(answer, (error: unknown) => {
      deps.log.warn({ err: error }, 'could not look up a certificate for OCSP');
      return ocspError('tryLater');
    });
  };
  return Object.freeze({ respond, flush: background.flush, close: background.close });
}

function readRequest(bytes: Uint8Array): OcspRequest | undefined {
  try {
    return parseOcspRequest(bytes);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
