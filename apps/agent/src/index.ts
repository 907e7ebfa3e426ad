export {
  type Agent,
  type AgentOptions,
  type AgentStatus,
  backoffMs,
  createAgent,
  type EventInput,
  renewalDue,
} from './agent.ts';
export { AgentError } from './error.ts';
export { type Credential, enrol, renew } from './est.ts';
export { openSession, type Session, type SessionOptions } from './mqtt-session.ts';
export type { Identity } from './state.ts';
