/** Decision points of CERT/CC SSVC, deployer's side. Each list runs from the mildest to the worst. */
export type Exploitation = 'none' | 'poc' | 'active';
export type Exposure = 'small' | 'controlled' | 'open';
export type SafetyImpact = 'negligible' | 'marginal' | 'critical' | 'catastrophic';
/** MEF: mission essential function, here the vehicle's duty to move its people and goods. */
export type MissionImpact = 'degraded' | 'mef-support-crippled' | 'mef-failure' | 'mission-failure';
export type HumanImpact = 'low' | 'medium' | 'high' | 'very-high';
export type SsvcOutcome = 'defer' | 'scheduled' | 'out-of-cycle' | 'immediate';
