/**
 * What each role may do, as Cedar policies (https://www.cedarpolicy.com). Deny by default: an action that no policy
 * names is refused. `permission` groups make "may read" one rule that new modules join by naming their action `*.read`.
 */
export const policyText = `
permit (principal in Bulkhead::Role::"administrator", action, resource);

permit (principal in Bulkhead::Role::"engineer", action, resource)
when { context.verb == "read" && !(["access", "audit"].contains(context.area)) };
permit (
  principal in Bulkhead::Role::"engineer",
  action in [
    Bulkhead::Action::"inventory.write", Bulkhead::Action::"inventory.import", Bulkhead::Action::"identity.issue",
    Bulkhead::Action::"identity.revoke", Bulkhead::Action::"connectivity.command", Bulkhead::Action::"connectivity.disconnect",
    Bulkhead::Action::"images.upload", Bulkhead::Action::"images.sign", Bulkhead::Action::"images.manage",
    Bulkhead::Action::"images.publish",
    Bulkhead::Action::"jobs.cancel",
    Bulkhead::Action::"notifications.write",
    Bulkhead::Action::"updates.write", Bulkhead::Action::"updates.approve", Bulkhead::Action::"updates.release",
    Bulkhead::Action::"updates.operate",
    Bulkhead::Action::"vulnerabilities.decide", Bulkhead::Action::"vulnerabilities.work", Bulkhead::Action::"vulnerabilities.configure"
  ],
  resource
);

permit (principal in Bulkhead::Role::"analyst", action, resource)
when { context.verb == "read" && !(["access", "audit"].contains(context.area)) };
permit (
  principal in Bulkhead::Role::"analyst",
  action in [Bulkhead::Action::"connectivity.disconnect", Bulkhead::Action::"vulnerabilities.work"],
  resource
);

permit (principal in Bulkhead::Role::"auditor", action, resource)
when { context.verb == "read" };

permit (
  principal in Bulkhead::Role::"provisioner",
  action in [
    Bulkhead::Action::"inventory.read", Bulkhead::Action::"inventory.write", Bulkhead::Action::"inventory.import",
    Bulkhead::Action::"identity.read", Bulkhead::Action::"identity.issue", Bulkhead::Action::"jobs.read"
  ],
  resource
);

permit (
  principal in Bulkhead::Role::"supplier",
  action in [Bulkhead::Action::"images.upload", Bulkhead::Action::"images.sign"],
  resource
);

permit (
  principal in Bulkhead::Role::"viewer",
  action in [
    Bulkhead::Action::"compliance.read", Bulkhead::Action::"images.read", Bulkhead::Action::"inventory.read", Bulkhead::Action::"identity.read",
    Bulkhead::Action::"connectivity.read", Bulkhead::Action::"monitoring.read", Bulkhead::Action::"jobs.read",
    Bulkhead::Action::"updates.read",
    Bulkhead::Action::"vulnerabilities.read"
  ],
  resource
);
`;
