/** What a public record says, in our own words: facts, not sentences. Scores are those of CVSS 3.1 unless the vector says otherwise. */
export interface PublicFact {
  readonly id: string;
  /** `vendor:product` of CPE 2.3, as in `sboms/sources.ts`. */
  readonly cpe: string;
  /** Inclusive start, and the first version that is not affected; or the last one that is; or single versions. */
  readonly affected: readonly AffectedRange[];
  readonly vector: string;
  readonly cwe?: string;
  readonly title: string;
  readonly summary: string;
  readonly published?: string;
}
export type AffectedRange =
  | { readonly from: string; readonly before: string }
  | { readonly from: string; readonly upTo: string }
  | { readonly only: string };

export const before = (version: string, from = '0'): readonly AffectedRange[] => [{ from, before: version }];
export const upTo = (version: string, from = '0'): readonly AffectedRange[] => [{ from, upTo: version }];
export const only = (...versions: string[]): readonly AffectedRange[] => versions.map((version) => ({ only: version }));
export const v3 = (rest: string) => `CVSS:3.1/${rest}`;
/** Reached over the network by anyone without help of a user, as most of these are. */
export const remote = (impact: string) => v3(`AV:N/AC:L/PR:N/UI:N/S:U/${impact}`);
export const everything = 'C:H/I:H/A:H';
export const crash = 'C:N/I:N/A:H';

/** What is known of one product, shortly. */
export type Row = readonly [
  id: string,
  affected: readonly AffectedRange[],
  vector: string,
  cwe: string | undefined,
  title: string,
  summary: string,
  published?: string,
];

export type Rows = Readonly<Record<string, readonly Row[]>>;

/** Rows by the CPE vendor and product that they are about. */
export const factsOf = (rows: Rows): readonly PublicFact[] =>
  Object.entries(rows).flatMap(([cpe, list]) =>
    list.map(([id, affected, vector, cwe, title, summary, published]) => ({
      id,
      cpe,
      affected,
      vector,
      title,
      summary,
      ...(cwe ? { cwe } : {}),
      ...(published ? { published } : {}),
    })),
  );
