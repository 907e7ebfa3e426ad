import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { destinations } from './navigation.tsx';

const general = [
  ['Ctrl K or ⌘ K', 'Palette: go to a page, a vehicle, an action'],
  ['/', 'Focus the filter of the list'],
  ['j, k', 'Next, previous row'],
  ['Arrow keys', 'Move between the cells of a table'],
  ['Esc', 'Close what is open'],
  ['?', 'This help'],
] as const;

const language =
  'state = online and (model : "Aria" or region != eu) and not lastSeenAt < 2026-01-01. The colon means “contains”.';

export function Help({ onClose }: { onClose: () => void }) {
  const go = destinations.filter(({ key }) => key).map(({ key, text }) => [`g ${key}`, text] as const);
  const pair = ([keys, text]: readonly [string, string]) => ({ label: <kbd>{keys}</kbd>, value: text });
  return (
    <Modal visible size="large" header="Keyboard and filters" closeAriaLabel="Close" onDismiss={onClose}>
      <SpaceBetween size="l">
        <KeyValuePairs columns={3} items={general.map(pair)} />
        <div>
          <Box variant="h3">Go to</Box>
          <KeyValuePairs columns={4} items={go.map(pair)} />
        </div>
        <div>
          <Box variant="h3">Filter language, the same in the API and the command line</Box>
          <Box variant="code">{language}</Box>
        </div>
      </SpaceBetween>
    </Modal>
  );
}
