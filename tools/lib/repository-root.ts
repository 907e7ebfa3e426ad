import { fileURLToPath } from 'node:url';

/** The checkout this file stands in, without a slash at the end. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
