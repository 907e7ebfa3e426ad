/** What the platform knows of itself at this moment, as plain counts; each comes from the module that owns it. */
export interface Facts {
  readonly vehicles: number;
  readonly vehiclesOnline: number;
  readonly ecus: number;
  readonly softwareVersions: number;
  readonly softwareWithSbom: number;
  readonly softwareWithoutSbom: number;
  /** Components that no advisory can be matched to. */
  readonly unidentifiedComponents: number;
  readonly outdatedVehicles: number;
  readonly openNetworkEcus: number;
  readonly enrolledEcus: number;
  readonly expiringCertificates: number;
  readonly expiredCertificates: number;
  readonly revokedCertificates: number;
  readonly connections: number;
  readonly refusedLastHour: number;
  readonly eventsLastDay: number;
  readonly severeEventsLastDay: number;
  /** Open findings by their priority, as last counted. */
  readonly openFindings: {
    readonly immediate: number;
    readonly outOfCycle: number;
    readonly scheduled: number;
    readonly defer: number;
  };
  readonly overdueCases: number;
  /** Sources of advisories that are switched on, and those of them that are not fresh. */
  readonly advisorySources: number;
  readonly troubledSources: number;
  readonly runningCampaigns: number;
  readonly stoppedCampaigns: number;
  /** Starts, resumptions and roll-backs that wait for a second person. */
  readonly openRequests: number;
  /** Vehicles that report other software than their released RXSWIN says. */
  readonly driftedVehicles: number;
  readonly auditEntries: number;
  readonly auditCheckpointAt: Date | null;
}
