/** What the platform knows of itself at this moment, as plain counts; each comes from the module that owns it. */
export interface Facts {
  readonly vehicles: number;
  readonly vehiclesOnline: number;
  readonly ecus: number;
  readonly softwareVersions: number;
  readonly softwareWithSbom: number;
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
  readonly auditEntries: number;
  readonly auditCheckpointAt: Date | null;
}
