import './palette.css';
import type { Permission } from '@bulkhead/contract';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useEffect, useRef, useState } from 'react';
import { query } from '../api.ts';
import { paths } from '../paths.ts';
import { useDenial } from '../session.ts';
import { quoted } from '../table/filter-tokens.ts';
import { setPreferences } from '../theme/preferences.ts';
import { areas, type Destination, home } from './navigation.tsx';

interface PaletteProps {
  readonly onGo: (href: string) => void;
  readonly onClose: () => void;
}

const actions: readonly (Destination & { permission: Permission })[] = [
  { text: 'Import vehicles, ECUs or software', href: paths.newImport(), permission: 'inventory.import' },
  { text: 'Set what SBOMs of suppliers must reach', href: paths.sbomGates(), permission: 'inventory.write' },
  { text: 'Issue a plant claim certificate', href: paths.claim(), permission: 'identity.issue' },
  { text: 'Open a release', href: `${paths.releases()}?create=1`, permission: 'updates.write' },
  { text: 'Prepare a campaign', href: paths.newCampaign(), permission: 'updates.write' },
  { text: 'Invite an operator', href: `${paths.operators()}?invite=1`, permission: 'access.write' },
  { text: 'Create a notification channel', href: paths.newNotificationChannel(), permission: 'notifications.write' },
  { text: 'Create an API token', href: `${paths.tokens()}?create=1`, permission: 'access.write' },
];

function VehicleHits({ text, onGo }: { text: string; onGo: (href: string) => void }) {
  const denial = useDenial('inventory.read');
  const { data } = useQuery({
    ...query('listVehicles', { query: { filter: `vin : ${quoted(text)}`, limit: 6 } }),
    enabled: denial === undefined && text.length >= 3,
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Command.Group heading="Vehicles">
      {data.items.map(({ vin, modelName, region }) => (
        <Command.Item key={vin} value={`${vin} ${text}`} onSelect={() => onGo(paths.vehicle(vin))}>
          <span className="bh-mono">{vin}</span>{' '}
          <small>
            {modelName}, {region}
          </small>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function ActionItem({ action, onGo }: { action: (typeof actions)[number]; onGo: (href: string) => void }) {
  const denial = useDenial(action.permission);
  return (
    <Command.Item disabled={denial !== undefined} onSelect={() => onGo(action.href)}>
      {action.text} {denial && <small>{denial}</small>}
    </Command.Item>
  );
}

/** Ctrl/Cmd-K: pages, vehicles by VIN and actions, in a native dialog (focus stays inside, Esc closes). */
export function Palette({ onGo, onClose }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    input.current?.focus(); // the dialog would focus its first box instead
  }, []);
  const go = (href: string) => {
    onClose();
    onGo(href);
  };
  const theme = (name: 'light' | 'dark' | 'auto') => {
    setPreferences({ theme: name });
    onClose();
  };
  return (
    // Esc closes it; the click is on the backdrop
    <dialog
      ref={dialog}
      className="bh-palette"
      aria-label="Command palette"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <Command label="Go to a page, a vehicle or an action" loop>
        <Command.Input value={text} onValueChange={setText} placeholder="Page, VIN or action" ref={input} />
        <Command.List label="Results">
          <Command.Empty>Nothing has that name.</Command.Empty>
          <VehicleHits text={text.trim()} onGo={go} />
          {[{ text: 'Start', items: [home] }, ...areas].map((area) => (
            <Command.Group key={area.text} heading={area.text}>
              {area.items.map((item) => (
                <Command.Item key={item.href} value={`${area.text} ${item.text}`} onSelect={() => go(item.href)}>
                  {item.text} {item.key && <kbd>g {item.key}</kbd>}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
          <Command.Group heading="Actions">
            {actions.map((action) => (
              <ActionItem key={action.href} action={action} onGo={go} />
            ))}
            <Command.Item onSelect={() => theme('dark')}>Dark theme</Command.Item>
            <Command.Item onSelect={() => theme('light')}>Light theme</Command.Item>
            <Command.Item onSelect={() => theme('auto')}>Theme of the system</Command.Item>
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  );
}
