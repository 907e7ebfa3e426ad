import { deviceCommands } from '@bulkhead/contract';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { DangerModal } from '../../ui/danger-modal.tsx';
import { flash, flashFailure } from '../../ui/flash.tsx';

type Command = (typeof deviceCommands)[number];

interface DeviceProps {
  readonly vin: string;
  readonly ecuSerial: string;
  readonly connected: boolean;
  /** As an icon, in the row of a table. */
  readonly inRow?: boolean;
}

const commandTexts: Readonly<Record<Command, readonly [text: string, effect: string]>> = {
  'report-inventory': ['Report inventory now', 'The ECU reports its software again'],
  'renew-certificate': ['Renew certificate now', 'The ECU makes a new key and enrols again'],
  'check-updates': ['Check for updates now', 'The vehicle asks for updates at once instead of at its next turn'],
};

function isCommand(id: string): id is Command {
  return (deviceCommands as readonly string[]).includes(id);
}

/** What an operator may make one ECU do: report, renew, or lose its connection. */
export function DeviceActions({ vin, ecuSerial, connected, inRow = false }: DeviceProps) {
  const noCommand = useDenial('connectivity.command');
  const noCut = useDenial('connectivity.disconnect');
  const [cutting, setCutting] = useState(false);
  const params = { vin, ecuSerial };
  const send = useMutation({
    mutationFn: (command: Command) => client.sendCommand({ params, body: { command } }),
    onSuccess: (_, command) =>
      flash(
        'success',
        `Queued: ${commandTexts[command][0]}`,
        connected ? 'It is delivered now.' : 'The ECU is not connected; it gets the command when it is back.',
      ),
    onError: flashFailure,
  });
  const cutDenial = noCut ?? (connected ? undefined : 'The ECU is not connected');
  return (
    <>
      <ButtonDropdown
        {...(inRow ? { variant: 'inline-icon' as const, expandToViewport: true } : {})}
        ariaLabel={`Actions for ${ecuSerial}`}
        loading={send.isPending}
        loadingText="Queueing the command"
        items={[
          ...deviceCommands.map((id) => ({
            id,
            text: commandTexts[id][0],
            secondaryText: commandTexts[id][1],
            disabled: noCommand !== undefined,
            ...(noCommand ? { disabledReason: noCommand } : {}),
          })),
          {
            id: 'cut',
            text: 'Cut the connection…',
            disabled: cutDenial !== undefined,
            ...(cutDenial ? { disabledReason: cutDenial } : {}),
          },
        ]}
        onItemClick={({ detail }) => {
          if (isCommand(detail.id)) send.mutate(detail.id);
          else setCutting(true);
        }}
      >
        {inRow ? undefined : 'Actions'}
      </ButtonDropdown>
      {cutting && (
        <DangerModal
          title="Cut the connection"
          confirmWord={ecuSerial}
          action="Cut connection"
          consequence={
            <>
              Closes <b>1</b> live connection. The ECU may come back at once; to keep it out, revoke its certificate.
            </>
          }
          onConfirm={async () => {
            await client.disconnectDevice({ params, body: {} });
            flash('success', `The connection of ${ecuSerial} is cut`);
            await queryClient.invalidateQueries({ queryKey: ['connectivity'] });
          }}
          onClose={() => setCutting(false)}
        />
      )}
    </>
  );
}
