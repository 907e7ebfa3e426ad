/** What one package type demands beyond the general syntax. Types not listed here have no rules of their own. */
export interface PurlTypeRule {
  readonly namespace?: 'required' | 'prohibited';
  /** Parts that the type treats as case-insensitive, so that their canonical form is lower case. */
  readonly lower?: readonly ('namespace' | 'name' | 'version')[];
  readonly upper?: readonly 'namespace'[];
  readonly underscoreToDash?: true;
  readonly requiredQualifier?: string;
  readonly name?: { readonly pattern: RegExp; readonly says: string };
  readonly version?: { readonly pattern: RegExp; readonly says: string };
  /** The name is case-insensitive only in a repository whose URL holds this text. */
  readonly lowerNameIfRepository?: string;
  /** The namespace is one segment (a host) and all that follows is the name, slashes included. */
  readonly nameIsPath?: true;
  /** Qualifier keys in capitals are repaired even by a strict reader; the specification's cases want it here only. */
  readonly anyCaseKeys?: true;
}

const lowerBoth = ['namespace', 'name'] as const;
const flat = { namespace: 'prohibited' } as const;

/** Facts of the purl type definitions; keys are compared after lower-casing. */
export const purlTypes: ReadonlyMap<string, PurlTypeRule> = new Map<string, PurlTypeRule>([
  ['alpm', { lower: lowerBoth, namespace: 'required' }],
  ['apk', { lower: lowerBoth, namespace: 'required' }],
  ['bazel', flat],
  ['bitbucket', { lower: lowerBoth, namespace: 'required' }],
  ['bitnami', { ...flat, lower: ['name'] }],
  ['brew', { lower: lowerBoth }],
  ['cargo', flat],
  [
    'chrome-extension',
    {
      ...flat,
      name: { pattern: /^[a-p]{32}$/, says: 'the name is the 32-letter extension id (a to p)' },
      version: { pattern: /^[0-9]+(\.[0-9]+){0,3}$/, says: 'the version is one to four numbers joined by dots' },
    },
  ],
  ['cocoapods', flat],
  ['composer', { lower: lowerBoth, namespace: 'required' }],
  ['conda', flat],
  [
    'cpan',
    {
      upper: ['namespace'],
      name: {
        pattern: /^(?!.*::)/,
        says: 'the name is a distribution (URI-PackageURL), not a module (URI::PackageURL)',
      },
    },
  ],
  ['cran', flat],
  ['deb', { lower: lowerBoth, namespace: 'required' }],
  ['gem', flat],
  ['git', { lower: lowerBoth, namespace: 'required', nameIsPath: true }],
  ['github', { lower: lowerBoth, namespace: 'required' }],
  ['golang', { lower: lowerBoth }],
  ['hackage', flat],
  ['hex', { lower: lowerBoth }],
  ['huggingface', { lower: ['version'] }],
  ['julia', { ...flat, requiredQualifier: 'uuid' }],
  ['luarocks', { lower: lowerBoth }],
  ['maven', { namespace: 'required', anyCaseKeys: true }],
  ['mlflow', { ...flat, lowerNameIfRepository: 'databricks' }],
  ['npm', { lower: lowerBoth }],
  ['nuget', flat],
  ['oci', { ...flat, lower: ['name'] }],
  ['opam', flat],
  ['otp', { ...flat, lower: ['name'] }],
  ['pub', { ...flat, lower: ['name'] }],
  ['pypi', { ...flat, lower: ['name'], underscoreToDash: true }],
  ['qpkg', { lower: ['namespace'], namespace: 'required' }],
  ['rpm', { lower: ['namespace'] }],
  ['swid', { requiredQualifier: 'tag_id' }],
  ['swift', { namespace: 'required' }],
  ['vcpkg', flat],
  ['vscode-extension', { lower: lowerBoth, namespace: 'required' }],
  ['yocto', { namespace: 'required' }],
]);
