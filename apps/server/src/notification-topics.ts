import type { Topic } from './platform/notify/topics.ts';

/** What modules tell about, in the words of the people who subscribe. */
export const notificationTopics: readonly Topic[] = Object.freeze([
  {
    name: 'vulnerabilities.finding',
    title: 'Finding',
    description: 'A vulnerability was found in the software of the fleet, or its priority rose',
  },
  {
    name: 'vulnerabilities.sla',
    title: 'Deadline of a finding',
    description: 'A finding is about to miss its deadline, or has missed it',
  },
  {
    name: 'vulnerabilities.source',
    title: 'Source of advisories',
    description: 'A source cannot be read, is out of date, or works again',
  },
  {
    name: 'updates.campaign',
    title: 'Update campaign',
    description: 'A campaign started, opened its next group, stopped by its error threshold, or ended',
  },
  {
    name: 'updates.repository',
    title: 'Image repository',
    description: 'Files that vehicles read cannot be signed anew, or what people signed is about to expire',
  },
  {
    name: 'updates.undeliverable',
    title: 'Undeliverable update',
    description: 'Vehicles cannot be given an update that is meant for them',
  },
  {
    name: 'updates.director',
    title: 'Director',
    description: 'Manifests of vehicles stay away, an update cannot be served, or keys of the Director run out',
  },
]);
