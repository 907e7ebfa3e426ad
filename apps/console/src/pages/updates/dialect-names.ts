/** The two wire forms, by the clients that read them. */
export const dialectNames = { a: 'aktualizr', b: 'TUF 1.0' } as const;
