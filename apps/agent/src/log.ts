/** Where the agent says what it does; never with a secret in it. */
export type Log = (level: 'info' | 'warn', fields: object, message: string) => void;
