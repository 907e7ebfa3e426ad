import type { Dossier } from '@bulkhead/contract';

const effect = { affected: null, explanation: '' } as const;
const open = { answer: 'open', explanation: '' } as const;

/** A dossier in which nothing is said yet. */
export const emptyDossier = Object.freeze<Dossier>({
  purpose: '',
  affected: [],
  requirements: effect,
  parameters: effect,
  approval: { decision: 'open', authority: '', reference: '', reason: '' },
  execution: { how: '', conditions: '' },
  safety: { statement: '', safeState: '', power: '', whileDriving: false, drivingAssessment: '' },
  verification: { summary: '', reports: [] },
  questionnaire: {
    typeApprovedSystems: open,
    typeApprovalParameters: open,
    functionsAdded: open,
    functionsAltered: open,
    legalParameters: open,
    informationPackage: open,
    testResults: open,
    approvalOfVehicle: open,
    otherSystems: open,
    safeOperation: open,
    registration: open,
  },
  user: {
    purpose: '',
    criticality: 'service',
    changes: '',
    durationMinutes: null,
    unavailable: '',
    instructions: '',
  },
  preconditions: [],
  workshopOnly: false,
  consentRequired: true,
});
