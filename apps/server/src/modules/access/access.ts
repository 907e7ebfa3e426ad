import type { AccessDeps } from './deps.ts';
import { createEnrolment } from './enrolment.ts';
import { createFirstOperator } from './first-operator.ts';
import { createLinks } from './links.ts';
import { createOperators } from './operators.ts';
import { createSavedViews } from './saved-views.ts';
import { createAuthenticator } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createTokens } from './tokens.ts';

/** Operators, sign-in, sessions, roles, API tokens, saved views. */
export function createAccess(deps: AccessDeps) {
  const links = createLinks(deps);
  const enrolment = createEnrolment(deps, links);
  return Object.freeze({
    enrolment,
    signIn: createSignIn(deps),
    operators: createOperators(deps, links),
    tokens: createTokens(deps),
    savedViews: createSavedViews(deps),
    createFirstOperator: (email: string, password: string, handOver: (totpUri: string) => void) =>
      createFirstOperator(deps, email, password, handOver),
    ...createAuthenticator(deps),
  });
}
export type Access = ReturnType<typeof createAccess>;
