import type { CvssVersion } from './cvss.ts';

export type MetricGroup = 'base' | 'temporal' | 'environmental' | 'supplemental';

interface Metric {
  readonly name: string;
  readonly group: MetricGroup;
  readonly values: readonly string[];
}

/** The metrics of one version in the order of its specification, by name. */
export interface MetricTable {
  readonly metrics: ReadonlyMap<string, Metric>;
  /** The value that says "not defined": such a metric counts as absent. */
  readonly undefinedValue: string;
  readonly prefix: string;
}

function table(prefix: string, undefinedValue: string, groups: Partial<Record<MetricGroup, string>>): MetricTable {
  const metrics = new Map<string, Metric>();
  for (const group of ['base', 'temporal', 'environmental', 'supplemental'] as const) {
    for (const entry of groups[group]?.split(' ') ?? []) {
      const [name = '', values = ''] = entry.split(':');
      metrics.set(name, { name, group, values: values.split(',') });
    }
  }
  return { metrics, undefinedValue, prefix };
}

const v3Groups = {
  base: 'AV:N,A,L,P AC:L,H PR:N,L,H UI:N,R S:U,C C:H,L,N I:H,L,N A:H,L,N',
  temporal: 'E:U,P,F,H RL:O,T,W,U RC:U,R,C',
  environmental: 'CR:L,M,H IR:L,M,H AR:L,M,H MAV:N,A,L,P MAC:L,H MPR:N,L,H MUI:N,R MS:U,C MC:N,L,H MI:N,L,H MA:N,L,H',
};

/** CVSS 2.0 guide s2.4, CVSS 3.0 and 3.1 s6, CVSS 4.0 s7. Version 2 vectors carry no prefix. */
export const metricTables: Readonly<Record<CvssVersion, MetricTable>> = {
  '2.0': table('', 'ND', {
    base: 'AV:L,A,N AC:H,M,L Au:M,S,N C:N,P,C I:N,P,C A:N,P,C',
    temporal: 'E:U,POC,F,H RL:OF,TF,W,U RC:UC,UR,C',
    environmental: 'CDP:N,L,LM,MH,H TD:N,L,M,H CR:L,M,H IR:L,M,H AR:L,M,H',
  }),
  '3.0': table('CVSS:3.0/', 'X', v3Groups),
  '3.1': table('CVSS:3.1/', 'X', v3Groups),
  '4.0': table('CVSS:4.0/', 'X', {
    base: 'AV:N,A,L,P AC:L,H AT:N,P PR:N,L,H UI:N,P,A VC:H,L,N VI:H,L,N VA:H,L,N SC:H,L,N SI:H,L,N SA:H,L,N',
    temporal: 'E:A,P,U',
    environmental:
      'CR:H,M,L IR:H,M,L AR:H,M,L MAV:N,A,L,P MAC:L,H MAT:N,P MPR:N,L,H MUI:N,P,A MVC:H,L,N MVI:H,L,N MVA:H,L,N MSC:H,L,N MSI:S,H,L,N MSA:S,H,L,N',
    supplemental: 'S:N,P AU:N,Y R:A,U,I V:D,C RE:L,M,H U:Clear,Green,Amber,Red',
  }),
};
