import { Problem } from '@bulkhead/kernel';
import { fromPem, PkiError, parseCertificationRequest, toPem } from '@bulkhead/pki';
import type { Actor } from '../../platform/audit/audit.ts';
import type { Authorities } from './authorities.ts';
import type { IdentityDeps } from './deps.ts';
import { EnrolmentError, IdentityError } from './domain/error.ts';
import { day, type Profile, permittedKey } from './domain/profiles.ts';
import type { Issuing } from './issuing.ts';
import { issueDurably } from './leaf-issuing.ts';

export interface ClaimOrder {
  readonly plant: string;
  /** PKCS#10 in PEM. */
  readonly request: string;
  readonly days?: number | undefined;
  readonly by: Actor;
}

export interface IssuedClaim {
  readonly serialNumber: string;
  readonly pem: string;
  /** Issuing CA and root in PEM. */
  readonly chain: string;
}

/** Issues a plant's claim certificate. Of the request only the key counts: the operator names the plant. */
export function createClaims(
  deps: IdentityDeps,
  issuing: Issuing,
  parts: { authorities: Authorities; profile: Profile },
) {
  const { authorities, profile } = parts;
  return async ({ plant, request, days, by }: ClaimOrder): Promise<IssuedClaim> => {
    try {
      const [der] = fromPem('CERTIFICATE REQUEST', request);
      const wish = parseCertificationRequest(der ?? Buffer.alloc(0));
      permittedKey(profile, wish.key);
      const row = await issueDurably(deps, issuing, {
        profile,
        subject: [
          { type: 'CN', value: plant },
          { type: 'OU', value: 'plant-claim' },
        ],
        san: { uri: [`urn:bulkhead:plant:${plant}`] },
        spki: wish.spki,
        validitySeconds: days ? days * day : profile.validitySeconds,
        by,
      });
      return {
        serialNumber: row.serial_number,
        pem: toPem('CERTIFICATE', row.der),
        chain: authorities.plants.pem + authorities.root.pem,
      };
    } catch (cause) {
      if (cause instanceof Problem && (cause instanceof PkiError || cause instanceof EnrolmentError)) {
        throw new IdentityError('identity.bad-request', `The request cannot be used: ${cause.message}`, { cause });
      }
      throw cause;
    }
  };
}
