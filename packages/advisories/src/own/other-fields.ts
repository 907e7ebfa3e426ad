import { type JsonObject, refuse } from '../json/fields.ts';
import { inside, type Place } from '../json/place.ts';

/** Refuses a field that the form does not have, with the one that was probably meant. */
export function refuseOtherFields(value: JsonObject, known: readonly string[], at: Place): void {
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other === undefined) return;
  const near = known.find(
    (key) => key.toLowerCase() === other.toLowerCase() || key === `${other}s` || `${key}s` === other,
  );
  const remedy = near === undefined ? `use one of ${known.join(', ')}` : `did you mean "${near}"?`;
  throw refuse('advisory.wrong-value', inside(at, other), `is not a field of an advisory; ${remedy}`);
}
