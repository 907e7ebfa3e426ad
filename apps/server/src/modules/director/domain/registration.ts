import { type DialectName, dialectOf, type PublicKey, publicKey, UptaneError } from '@bulkhead/uptane';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { mostEcus } from './contents.ts';
import { Refusal } from './error.ts';

const Serial = Type.String({ minLength: 1, maxLength: 64 });

/** The body of POST /director/ecus, as aktualizr sends it. Members that are not known are skipped. */
const Registration = Type.Object({
  primary_ecu_serial: Serial,
  ecus: Type.Array(
    Type.Object({
      ecu_serial: Serial,
      hardware_identifier: Type.String({ minLength: 1, maxLength: 200 }),
      clientKey: Type.Object({
        keytype: Type.String({ maxLength: 40 }),
        scheme: Type.Optional(Type.String({ maxLength: 40 })),
        keyval: Type.Object({ public: Type.String({ maxLength: 4_096 }) }),
      }),
    }),
    { minItems: 1, maxItems: 1_000 },
  ),
});
const compiled = Compile(Registration);

export interface RegisteredEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly key: PublicKey;
}

export interface Registration {
  readonly primarySerial: string;
  readonly ecus: readonly RegisteredEcu[];
}

/** @throws Refusal `bad_request`, `too_many_ecus` */
export function readRegistration(body: unknown, dialect: DialectName): Registration {
  if (!compiled.Check(body)) throw new Refusal('bad_request', 'The body is not a registration of ECUs');
  const { primary_ecu_serial: primarySerial, ecus } = body as Static<typeof Registration>;
  if (ecus.length > mostEcus)
    throw new Refusal(
      'too_many_ecus',
      `${ecus.length} ECUs; metadata that every client takes has room for ${mostEcus}`,
    );
  const read = ecus.map(({ ecu_serial, hardware_identifier, clientKey }) => ({
    serial: ecu_serial,
    hardwareId: hardware_identifier,
    key: keyOf(ecu_serial, clientKey, dialect),
  }));
  if (new Set(read.map(({ serial }) => serial)).size < read.length)
    throw new Refusal('bad_request', 'An ECU is named twice');
  // one key for two ECUs would let one of them sign for the other
  if (new Set(read.map(({ key }) => key.identity)).size < read.length)
    throw new Refusal('bad_request', 'Two ECUs have the same key');
  if (!read.some(({ serial }) => serial === primarySerial))
    throw new Refusal('bad_request', 'The Primary is not among the ECUs');
  return { primarySerial, ecus: read };
}

type WireKey = Static<typeof Registration>['ecus'][number]['clientKey'];

function keyOf(serial: string, { keytype, keyval }: WireKey, dialect: DialectName): PublicKey {
  const type = keytype.toLowerCase();
  try {
    if (type === 'ed25519') return publicKey('ed25519', { keytype: type, scheme: type, value: keyval.public });
    if (type === 'rsa') return publicKey('rsa', { keytype: type, scheme: 'rsassa-pss-sha256', value: keyval.public });
    if (type === 'ecdsa' && dialectOf(dialect).name === 'b')
      return publicKey('ecdsa', { keytype: type, scheme: 'ecdsa-sha2-nistp256', value: keyval.public });
  } catch (cause) {
    if (!(cause instanceof UptaneError)) throw cause;
    throw new Refusal('bad_request', `The key of ECU ${serial} cannot be used: ${cause.message}`, { cause });
  }
  throw new Refusal('bad_request', `The key of ECU ${serial} is of a kind that is not used here: ed25519 or RSA`);
}
