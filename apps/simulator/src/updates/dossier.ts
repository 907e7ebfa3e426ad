import type { Dossier } from '@bulkhead/contract';

const no = { answer: 'no', explanation: '' } as const;
const yes = (explanation: string) => ({ answer: 'yes', explanation }) as const;

/** The record of the update of the telematics unit, UN R156 7.1.2.5 a to i, as its maker would write it. */
export const unitDossier = (version: string, correction: string): Dossier => ({
  purpose: `Closes CVE-2024-45492: configuration that is sent over the air can overflow the XML parser of the telematics unit. Release ${version} carries expat 2.6.4.${correction}`,
  affected: [
    {
      system: 'Telematics control unit',
      functions: 'Remote services, software download, traffic information',
      typeApproved: false,
    },
    {
      system: 'Emergency call',
      functions: 'Uses the modem and the audio path of the unit; its program is not changed',
      typeApproved: true,
      regulation: 'UN R144',
    },
  ],
  requirements: { affected: false, explanation: 'Emergency call meets the same requirements as before; see TR-7715.' },
  parameters: { affected: false, explanation: 'No parameter of a type-approved system changes.' },
  approval: {
    decision: 'not-sought',
    authority: '',
    reference: '',
    reason: 'Neither a type-approved function nor one of its parameters changes; confirmed by TR-7715.',
  },
  execution: {
    how: 'Over the air into the slot that does not run, then one restart of the telematics unit.',
    conditions: 'The vehicle is parked, stands still, and its 12 V battery has at least 11.8 V.',
  },
  safety: {
    statement:
      'Images are signed by two independent repositories and verified before installing; the vehicle is parked.',
    safeState: 'Two slots: if the new one does not come up or fails its self-test, the unit starts the former one.',
    power: 'The 12 V battery is checked before each step; the former slot starts after a loss of power at any moment.',
    whileDriving: false,
    drivingAssessment: '',
  },
  verification: {
    summary: 'Full regression of the unit, self-test on both hardware versions, emergency call on the test bench.',
    reports: [
      { title: `Regression of tcu-os ${version}`, reference: `TR-7714/${version}` },
      { title: 'Emergency call after update', reference: 'TR-7715' },
    ],
  },
  questionnaire: {
    typeApprovedSystems: yes('Emergency call shares the unit; its own program stays as it is.'),
    typeApprovalParameters: no,
    functionsAdded: no,
    functionsAltered: no,
    legalParameters: no,
    informationPackage: no,
    testResults: no,
    approvalOfVehicle: no,
    otherSystems: no,
    safeOperation: no,
    registration: no,
  },
  user: {
    purpose: 'Closes a security hole in the connected services of your car.',
    criticality: 'security',
    changes: 'Nothing changes in how your car is used.',
    durationMinutes: 10,
    unavailable: 'Connected services and the telephone; emergency call is back after about a minute.',
    instructions: 'Park the car and leave it. The update begins by itself and may be started at any parking place.',
  },
  preconditions: [{ signal: 'parked' }, { signal: 'standstill' }, { signal: 'low-voltage-battery', minimum: 11.8 }],
  workshopOnly: false,
  consentRequired: false,
});
