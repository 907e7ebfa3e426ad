/** Names of settings whose values are secrets or lead to them. */
const secretName = /pass|secret|token|key|pin|credential|auth/i;

/**
 * The configuration of a client (TOML) with its secrets struck out: aktualizr sends the password of its PKCS#12 and PINs in it.
 * Works by line, so that nothing of a file that is not well-formed gets through as something else: a value of several lines
 * is dropped as a whole.
 */
export function redactConfiguration(toml: string): string {
  let inside: '"""' | "'''" | undefined;
  return toml
    .split(/\r?\n/)
    .flatMap((line) => {
      if (inside !== undefined) {
        if (line.includes(inside)) inside = undefined;
        return [];
      }
      const at = line.indexOf('=');
      if (at < 0) return /^\s*(\[.*\])?\s*(#.*)?$/.test(line) ? [line.replace(/#.*/, '')] : ['# removed'];
      const name = line.slice(0, at);
      const value = line.slice(at + 1);
      const quotes = /^\s*("""|''')/.exec(value)?.[1] as '"""' | "'''" | undefined;
      if (quotes !== undefined) {
        if (!value.trim().slice(3).includes(quotes)) inside = quotes;
        return [`${name}= "removed"`];
      }
      return [secretName.test(name) ? `${name}= "removed"` : line];
    })
    .join('\n');
}
