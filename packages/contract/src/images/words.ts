import { type Static, Type } from 'typebox';
import { OneOf, Time } from '../operation.ts';

export const closed = { additionalProperties: false } as const;

/** The wire forms that are served: aktualizr's JSON and TUF 1.0. Each has a root of its own. */
export const dialects = ['a', 'b'] as const;
export const DialectWord = OneOf(dialects, 'a is the JSON of aktualizr, b is TUF 1.0');
/** `targets` for the repository's own images, else the name of a delegated role. */
export const RoleName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  description: 'root, targets, or the name of a delegated role',
});
/** The name of an image in the repository, in parts that are safe in URLs, file names and patterns (Uptane S10). */
export const ImageName = Type.String({
  pattern: '^[A-Za-z0-9_+~@=,:-][A-Za-z0-9_.+~@=,:-]*(/[A-Za-z0-9_+~@=,:-][A-Za-z0-9_.+~@=,:-]*)*$',
  maxLength: 512,
});
export const Day = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
  description: 'Last moment of validity, UTC, such as 2027-11-20T00:00:00Z',
});
/** What `bulkhead keys create` writes beside a private key: keyid, keytype, scheme, keyval. */
export const KeyFile = Type.Object(
  {
    keyid: Type.Optional(Type.String({ maxLength: 128 })),
    keytype: Type.String({ maxLength: 40 }),
    scheme: Type.String({ maxLength: 40 }),
    keyval: Type.Object({ public: Type.String({ maxLength: 2_000 }) }, closed),
  },
  closed,
);
export type KeyFile = Static<typeof KeyFile>;

/** How far the signatures of one file have come. */
export const Signatures = Type.Object({
  count: Type.Integer({ description: 'Different keys with a good signature' }),
  threshold: Type.Integer(),
  valid: Type.Array(Type.String()),
  invalid: Type.Array(Type.String()),
  missing: Type.Array(Type.String()),
});

export const Actor = Type.Object({ at: Time, by: Type.String() });
