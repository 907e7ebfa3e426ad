export { type Agent, type AgentOptions, type AgentStatus, createAgent } from './agent.ts';
export { AgentError } from './error.ts';
export { type Credential, enrol, renew } from './est.ts';
export type { EventInput } from './events.ts';
export { openSession, type Session, type SessionOptions } from './mqtt-session.ts';
export { type Identity, openState } from './state.ts';
export { backoffMs, renewalDue } from './timing.ts';
