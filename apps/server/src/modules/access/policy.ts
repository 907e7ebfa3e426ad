import { type Permission, permissions, type Role } from '@bulkhead/contract';
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { policyText } from './domain/policies.ts';

const role = (name: Role) => ({ type: 'Bulkhead::Role', id: name });

function allowed(roles: readonly Role[], permission: Permission): boolean {
  const principal = { type: 'Bulkhead::Actor', id: 'caller' };
  const [area = '', verb = ''] = permission.split('.');
  const answer = isAuthorized({
    principal,
    action: { type: 'Bulkhead::Action', id: permission },
    resource: { type: 'Bulkhead::Platform', id: 'bulkhead' },
    context: { area, verb },
    policies: { staticPolicies: policyText },
    entities: [
      { uid: principal, attrs: {}, parents: roles.map(role) },
      ...roles.map((name) => ({ uid: role(name), attrs: {}, parents: [] })),
    ],
  });
  if (answer.type === 'failure')
    throw new Error(`The access policies do not evaluate: ${answer.errors.map((e) => e.message).join('; ')}`);
  return answer.response.decision === 'allow';
}

const cache = new Map<string, ReadonlySet<Permission>>();

/** All permissions that a set of roles grants, decided by Cedar once per set: policies change only with the program. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  const key = [...roles].sort().join(' ');
  const known = cache.get(key);
  if (known) return known;
  const granted = new Set(permissions.filter((p) => p === 'public' || p === 'signed-in' || allowed(roles, p)));
  cache.set(key, granted);
  return granted;
}
