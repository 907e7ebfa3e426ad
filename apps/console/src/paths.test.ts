import { expect, test } from 'vitest';
import { paths } from './paths.ts';

test('every address of the console is spelled in one place and does not change by accident', () => {
  const takesId = new Set([
    'vehicle',
    'model',
    'ecu',
    'software',
    'sbom',
    'import',
    'certificate',
    'finding',
    'vulnerability',
    'vulnerabilityCase',
    'decision',
    'source',
    'release',
    'releaseContents',
    'releaseDossier',
    'campaign',
    'campaignDefinition',
    'rxswin',
    'job',
    'signIn',
    'settings',
    'notificationChannel',
  ]);
  const all = Object.entries(paths).map(([name, path]) => {
    const build = path as (argument?: string) => string;
    if (name === 'campaignVehicle') return [name, paths.campaignVehicle('a/b c', 'V/1')];
    return [name, takesId.has(name) ? build('a/b c') : build()];
  });

  expect(Object.fromEntries(all)).toMatchInlineSnapshot(`
    {
      "audit": "/audit",
      "authorities": "/authorities",
      "campaign": "/campaigns/a%2Fb%20c",
      "campaignDefinition": "/campaigns/a%2Fb%20c/definition",
      "campaignRequests": "/campaign-requests",
      "campaignVehicle": "/campaigns/a%2Fb%20c/vehicles/V%2F1",
      "campaigns": "/campaigns",
      "ceremonies": "/ceremonies",
      "certificate": "/certificates/a%2Fb%20c",
      "certificates": "/certificates",
      "claim": "/claim-certificates",
      "components": "/components",
      "connections": "/connections",
      "decision": "/decisions/a%2Fb%20c",
      "decisions": "/decisions",
      "ecu": "/ecus/a%2Fb%20c",
      "ecus": "/ecus",
      "events": "/events",
      "finding": "/findings/a%2Fb%20c",
      "findings": "/findings",
      "images": "/images",
      "import": "/imports/a%2Fb%20c",
      "imports": "/imports",
      "invite": "/invite",
      "job": "/jobs/a%2Fb%20c",
      "jobs": "/jobs",
      "licences": "/licences",
      "manifests": "/manifests",
      "model": "/models/a%2Fb%20c",
      "models": "/models",
      "newAdvisory": "/advisories/new",
      "newCampaign": "/campaigns/new",
      "newImport": "/imports/new",
      "newNotificationChannel": "/settings/notifications/new",
      "notificationChannel": "/settings/notifications/a%2Fb%20c",
      "operators": "/operators",
      "overview": "/",
      "portfolio": "/portfolio",
      "profiles": "/profiles",
      "refusals": "/refusals",
      "release": "/releases/a%2Fb%20c",
      "releaseContents": "/releases/a%2Fb%20c/contents",
      "releaseDossier": "/releases/a%2Fb%20c/dossier",
      "releases": "/releases",
      "rxswin": "/rxswins/a%2Fb%20c",
      "rxswinDrift": "/rxswin-drift",
      "rxswins": "/rxswins",
      "sbom": "/sboms/a%2Fb%20c",
      "sbomGates": "/sbom-gates",
      "sboms": "/sboms",
      "settings": "/settings?tab=a%2Fb+c",
      "setup": "/setup",
      "signIn": "/sign-in?next=a%2Fb+c",
      "slaPolicy": "/sla-policy",
      "software": "/software/a%2Fb%20c",
      "softwareList": "/software",
      "source": "/advisory-sources/a%2Fb%20c",
      "sources": "/advisory-sources",
      "tokens": "/tokens",
      "undelivered": "/undelivered-updates",
      "unidentified": "/unidentified-components",
      "vehicle": "/vehicles/a%2Fb%20c",
      "vehicles": "/vehicles",
      "vex": "/vex",
      "vulnerabilities": "/vulnerabilities",
      "vulnerability": "/vulnerabilities/a%2Fb%20c",
      "vulnerabilityCase": "/cases/a%2Fb%20c",
      "vulnerabilityCases": "/cases",
    }
  `);
});

test('a filter in an address survives quotation marks and spaces', () => {
  const url = paths.vehicles({ filter: 'model : "Aria & Co"', sort: '-lastSeenAt' });

  const search = new URL(url, 'http://localhost').searchParams;
  expect(search.get('filter')).toBe('model : "Aria & Co"');
  expect(search.get('sort')).toBe('-lastSeenAt');
});
