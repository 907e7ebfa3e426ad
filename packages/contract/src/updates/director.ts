export const directorProblems = [
  'director.bad-root',
  'director.key-missing',
  'director.no-draft',
  'director.root-offline',
  'director.unknown-manifest',
  'director.unknown-vehicle',
] as const;
export type DirectorCode = (typeof directorProblems)[number];
