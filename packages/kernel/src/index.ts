export { canonicalJson, type Json } from './canonical-json.ts';
export { type Clock, manualClock, systemClock } from './clock.ts';
export { csvField, csvLine } from './csv.ts';
export { isId, newId } from './ids.ts';
export { Problem } from './problem.ts';
export { describeVinFault, type VinFault, vinCheckDigit, vinFault } from './vin.ts';
