import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { flash } from './flash.tsx';

interface CopyAsProps {
  /** Path below `/api/v1`, with its query. */
  readonly api: string;
  readonly cli: string;
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    flash('success', 'Copied', <span className="bh-mono">{text}</span>);
  } catch {
    flash('warning', 'The browser refused to copy', <span className="bh-mono">{text}</span>);
  }
}

/** Copies what the page shows as a command, for scripts and colleagues. */
export function CopyAs({ api, cli }: CopyAsProps) {
  const curl = `curl -H "Authorization: Bearer $BULKHEAD_TOKEN" "${location.origin}/api/v1${api}"`;
  return (
    <ButtonDropdown
      items={[
        { id: 'cli', text: 'As command line', secondaryText: cli },
        { id: 'curl', text: 'As curl', secondaryText: `GET /api/v1${api}` },
      ]}
      onItemClick={({ detail }) => void copy(detail.id === 'cli' ? cli : curl)}
    >
      Copy as
    </ButtonDropdown>
  );
}
