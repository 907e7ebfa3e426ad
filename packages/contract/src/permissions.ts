/**
 * Every permission of the platform. `public` needs no sign-in; `signed-in` needs any valid session or token.
 * Roles are Cedar policies over these actions (apps/server/src/modules/access).
 */
export const permissions = [
  'public',
  'signed-in',
  'access.read',
  'access.write',
  'audit.read',
  'compliance.read',
  'connectivity.read',
  'connectivity.command',
  'connectivity.disconnect',
  'identity.read',
  'identity.issue',
  'identity.revoke',
  'images.read',
  'images.upload',
  'images.sign',
  'images.manage',
  'images.publish',
  'inventory.read',
  'inventory.write',
  'inventory.import',
  'jobs.read',
  'jobs.cancel',
  'monitoring.read',
  'notifications.read',
  'notifications.write',
  'system.read',
  'updates.read',
  'updates.write',
  'updates.approve',
  'updates.release',
  'updates.operate',
  'updates.keys',
  'vulnerabilities.read',
  'vulnerabilities.decide',
  'vulnerabilities.work',
  'vulnerabilities.configure',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['administrator', 'engineer', 'analyst', 'auditor', 'provisioner', 'supplier', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** What each role is for, in the words shown to the person who grants it. */
export const roleDescriptions: Readonly<Record<Role, string>> = Object.freeze({
  administrator: 'Everything, including operators, tokens and settings',
  engineer: 'Product security and software: inventory, SBOMs, identities, vulnerabilities, updates, commands',
  analyst: 'VSOC: sees vehicles, connections, events and vulnerabilities; may work on cases and cut a connection',
  auditor: 'Sees everything including the audit log; changes nothing',
  provisioner: 'Plant and tooling: imports inventory and requests claim certificates',
  supplier: 'Hands in images and files that it signed for its part of the Image repository; sees nothing',
  viewer: 'Sees vehicles, software, identities, vulnerabilities and updates; changes nothing',
});
