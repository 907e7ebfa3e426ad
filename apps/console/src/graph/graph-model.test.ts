import type { Architecture } from '@bulkhead/contract';
import { expect, test } from 'vitest';
import { rowsOf } from './architecture-list.tsx';
import { graphOf } from './graph-model.ts';

const architecture: Architecture = {
  zones: [{ id: 'drive', name: 'Driving', trust: 'trusted' }],
  buses: [{ id: 'can', name: 'CAN', kind: 'can', zone: 'drive' }],
  roles: [
    {
      id: 'tcu',
      name: 'Telematics',
      function: 'telematics',
      buses: ['can'],
      patchable: true,
      interfaces: ['cellular', 'wifi'],
    },
    {
      id: 'ivi',
      name: 'Infotainment',
      function: 'infotainment',
      zone: 'lost',
      buses: ['gone'],
      patchable: true,
      interfaces: ['wifi'],
    },
    { id: 'brake', name: 'Brake', function: 'brake', zone: 'drive', buses: ['can'], patchable: false, interfaces: [] },
  ],
};

test('each kind of external interface is one node that reaches every role that has it', () => {
  const { nodes, edges } = graphOf(architecture, []);

  expect(nodes.filter(({ kind }) => kind === 'interface').map(({ name }) => name)).toEqual(['cellular', 'wifi']);
  expect(edges.filter(({ from }) => from === 'interface:wifi').map(({ to }) => to)).toEqual(['role:tcu', 'role:ivi']);
});

test('a role in an unknown zone stands outside, and a link to an unknown bus is not drawn', () => {
  const { nodes, edges } = graphOf(architecture, []);

  expect(nodes.find(({ id }) => id === 'role:ivi')).not.toHaveProperty('zone');
  expect(edges.some(({ to }) => to === 'bus:gone')).toBe(false);
});

test('the ECU of a vehicle brings its identity and connection to its role', () => {
  const member = { role: 'tcu', serial: 'T1', identity: 'revoked', connected: true } as const;

  const { nodes } = graphOf(architecture, [member]);

  expect(nodes.find(({ id }) => id === 'role:tcu')).toMatchObject({ member });
});

test('the list twin says the same as the graph', () => {
  const [tcu, , brake] = rowsOf(graphOf(architecture, []));

  expect(tcu).toMatchObject({ zone: '–', buses: 'CAN', interfaces: 'cellular, wifi' });
  expect(brake).toMatchObject({ zone: 'Driving', buses: 'CAN', interfaces: '–' });
});
