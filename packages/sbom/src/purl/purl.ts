/** A package URL in its parts, percent-decoded (purl specification, ECMA-427). */
export interface Purl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string;
}

/**
 * `strict` takes only what the specification calls well formed; `lenient` also repairs what producers commonly
 * get wrong without changing the meaning: capital letters in qualifier keys.
 */
export type PurlMode = 'strict' | 'lenient';
