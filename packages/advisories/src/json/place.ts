/** Where a value sits in a document; linked upwards, and written out only when something is wrong there. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

export const root: Place = Object.freeze({ parent: undefined, key: '$' });

export function inside(parent: Place, key: string | number): Place {
  return { parent, key };
}

export function pathOf(place: Place): string {
  return place.parent === undefined ? '$' : pathOf(place.parent) + step(place.key);
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_$][\w$]{0,60}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 60))}]`;
}
