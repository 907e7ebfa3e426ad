import { migrationsOf } from '../../platform/db/migrate.ts';
import type { AccessDeps } from './deps.ts';
import { createEnrolment } from './enrolment.ts';
import { createFirstOperator } from './first-operator.ts';
import { createOperators, createTokens } from './operators.ts';
import { createSavedViews } from './saved-views.ts';
import { createAuthenticator } from './sessions.ts';
import { createSignIn } from './sign-in.ts';

export type { AccessDeps, SecretBox } from './deps.ts';
export { accessProblemTable, accessRoutes } from './routes.ts';
export { createAccessStore } from './store.ts';
export { createAccessViews } from './views.ts';

/** Operators, sign-in, sessions, roles, API tokens, saved views. */
export function createAccess(deps: AccessDeps) {
  const enrolment = createEnrolment(deps);
  return Object.freeze({
    enrolment,
    signIn: createSignIn(deps),
    operators: createOperators(deps, enrolment),
    tokens: createTokens(deps),
    savedViews: createSavedViews(deps),
    createFirstOperator: (email: string, password: string) => createFirstOperator(deps, email, password),
    ...createAuthenticator(deps),
  });
}
export type Access = ReturnType<typeof createAccess>;

export const accessMigrations = migrationsOf('access', import.meta.url);
