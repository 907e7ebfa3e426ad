import pg from 'pg';

const uniqueViolation = '23505';

/** The name of the unique constraint or index that a failed statement ran into; a store turns it into its own problem. */
export function violatedUnique(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === uniqueViolation ? (error.constraint ?? '') : undefined;
}
