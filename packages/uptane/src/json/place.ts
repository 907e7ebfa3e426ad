/** Where a value sits in a document; linked upwards, and written out only when something is wrong there. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

export const top: Place = Object.freeze({ parent: undefined, key: '$' });

export function inside(parent: Place, key: string | number): Place {
  return { parent, key };
}

export function pathOf(place: Place): string {
  return place.parent === undefined ? '$' : pathOf(place.parent) + pathStep(place.key);
}

export function pathStep(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  if (/^[A-Za-z_$][\w$]{0,60}$/.test(key)) return `.${key}`;
  return `[${JSON.stringify(key.length > 60 ? `${key.slice(0, 57)}...` : key)}]`;
}
