import { damaged } from './error.ts';
import type { UnpackLimits } from './expansion.ts';

/** Refuses names that would leave the archive or hide what they are. Nothing is ever written to them; they are shown. */
export function checkName(name: string, { maxNameLength }: UnpackLimits): string {
  if (name.length > maxNameLength)
    throw damaged(`A file name in the archive has more than ${maxNameLength} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const odd = /[\u0000-\u001f\u007f\\]/.test(name) || /^([/]|[A-Za-z]:)/.test(name) || name.split('/').includes('..');
  if (odd)
    throw damaged(`The file name ${JSON.stringify(name.slice(0, 100))} leaves the archive or holds control characters`);
  return name;
}
