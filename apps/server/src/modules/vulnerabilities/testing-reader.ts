import { serveSources } from './testing-sources.ts';

/** Reads sources until it is killed: `node testing-reader.ts <database> <folder>`. */
const [url = '', folder = ''] = process.argv.slice(2);
await serveSources(url, folder);
