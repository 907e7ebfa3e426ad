import Alert from '@cloudscape-design/components/alert';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../api.ts';
import { Stack } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import type { CampaignDraft } from './campaign-draft.ts';
import { Line, ReleaseField } from './fields.tsx';

export interface StepProps {
  readonly draft: CampaignDraft;
  /** Somebody tried to go on: what is missing is shown. */
  readonly tried: boolean;
  readonly onChange: (change: Partial<CampaignDraft>) => void;
}

/** Step 1: name and release. */
export function ReleaseStep({ draft, tried, onChange }: StepProps) {
  const published = useQuery(query('listReleases', { query: { filter: 'state = published', limit: 1 } }));
  return (
    <Section title="Release">
      <Stack>
        {published.data?.items.length === 0 && (
          <Alert type="info" header="No release is published yet">
            A campaign ships a published release. Open one, write its dossier, have it verified and approved by two.
          </Alert>
        )}
        <Line
          label="Name of the campaign"
          description="It is typed again to confirm"
          value={draft.name}
          error={tried && !draft.name.trim() ? 'Give it a name' : undefined}
          onChange={(name) => onChange({ name })}
        />
        <ReleaseField
          label="Release"
          value={draft.releaseId}
          error={tried && !draft.releaseId ? 'Choose a release' : undefined}
          onChange={(releaseId) => onChange({ releaseId })}
        />
        <ReleaseField
          label="Release to go back to"
          description="Without one the campaign cannot be rolled back"
          none="None"
          value={draft.rollbackReleaseId}
          onChange={(rollbackReleaseId) => onChange({ rollbackReleaseId })}
        />
      </Stack>
    </Section>
  );
}
