/** A time of the database as the contract writes it. */
export const instant = (at: Date | null): string | null => at && at.toISOString();
