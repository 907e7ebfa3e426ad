import { Problem } from '@bulkhead/kernel';

export type AgentCode =
  | 'agent.bad-config'
  | 'agent.connection-refused'
  | 'agent.connection-lost'
  | 'agent.enrolment-refused'
  | 'agent.enrolment-unreachable'
  | 'agent.state-damaged'
  | 'agent.install-failed'
  | 'agent.not-now'
  | 'agent.bad-frame'
  | 'agent.platform-unreachable'
  | 'agent.platform-refused';

/** A failure of the in-vehicle program; its message may be logged in the vehicle and holds no secret. */
export class AgentError extends Problem<AgentCode> {}
