import './updates.css';
import type { Dossier, ReleaseDetail } from '@bulkhead/contract';
import Button from '@cloudscape-design/components/button';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useDenial } from '../../session.ts';
import { RuleLine } from '../../shell/rule-line.tsx';
import { flash } from '../../ui/flash.tsx';
import { Actions, Page, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { useTab } from '../../ui/use-tab.ts';
import { DossierForm } from './dossier-form.tsx';
import { changedSections, dossierSections, gapsOf, lockedText, type SectionId } from './dossier-sections.ts';
import { VoidWarning } from './void-warning.tsx';

function Sections(props: { release: ReleaseDetail; active: SectionId; changed: readonly SectionId[] }) {
  const { release, active, changed } = props;
  const noteOf = (id: SectionId, gaps: number) =>
    changed.includes(id) ? 'changed, not saved' : gaps > 0 ? `${gaps} missing` : 'complete';
  return (
    <SideNavigation
      activeHref={paths.releaseDossier(release.id, active)}
      items={dossierSections.map((section) => ({
        type: 'link',
        text: `${section.title} (${noteOf(section.id, gapsOf(section, release.gaps).length)})`,
        href: paths.releaseDossier(release.id, section.id),
      }))}
    />
  );
}

/** One section at a time; what is typed stays while one moves between them. */
function Editor({ release }: { release: ReleaseDetail }) {
  const router = useRouter();
  const denial = useDenial('updates.write');
  const [tab] = useTab('purpose');
  const [draft, setDraft] = useState<Dossier>(release.dossier);
  const section = dossierSections.find(({ id }) => id === tab) ?? dossierSections[0];
  const changed = changedSections(release.dossier, draft);
  const save = useMutation({
    mutationFn: () => client.putReleaseDossier({ params: { id: release.id }, body: draft }),
    onSuccess: async ({ gaps }) => {
      flash(
        'success',
        'The dossier is saved',
        gaps.length > 0 ? `${gaps.length} things are missing still.` : 'It is complete.',
      );
      await queryClient.invalidateQueries({ queryKey: ['updates'] });
    },
  });
  if (!section) return null;
  const gaps = gapsOf(section, release.gaps);
  return (
    <Stack>
      <VoidWarning release={release} changed={changed.length > 0} />
      <div className="bh-editor">
        <Sections release={release} active={section.id} changed={changed} />
        <Stack>
          <Section
            title={section.title}
            description={`UN R156 ${section.clause}`}
            actions={
              <Actions>
                <Button onClick={() => router.history.push(paths.release(release.id, 'dossier'))}>
                  Back to the release
                </Button>
                <PermittedButton
                  variant="primary"
                  denial={
                    denial ?? lockedText(release) ?? (changed.length > 0 ? undefined : 'Nothing has been changed')
                  }
                  loading={save.isPending}
                  onClick={() => save.mutate()}
                >
                  Save dossier
                </PermittedButton>
              </Actions>
            }
          >
            <Stack>
              {save.error && <ProblemAlert error={save.error} />}
              <DossierForm
                section={section.id}
                dossier={draft}
                onChange={(change) => setDraft({ ...draft, ...change })}
              />
              {gaps.length > 0 && (
                <ul className="bh-plain-list" aria-label="Missing as saved">
                  {gaps.map(({ field, clause, message }) => (
                    <li key={`${field} ${message}`}>
                      <Status state="open">
                        {message} ({clause})
                      </Status>
                    </li>
                  ))}
                </ul>
              )}
            </Stack>
          </Section>
        </Stack>
      </div>
    </Stack>
  );
}

/** The update dossier of a release, edited section by section. */
export function DossierPage() {
  const { id = '' } = useParams({ strict: false });
  const answer = useQuery(query('getRelease', { params: { id } }));
  return (
    <Page
      title={answer.data ? `Dossier of ${answer.data.name}` : 'Dossier'}
      description={<RuleLine rule={4} about="The record of one update (UN R156 7.1.2.5)." />}
    >
      <Loaded answer={answer} label="dossier" lines={10}>
        {(release) => <Editor key={release.id} release={release} />}
      </Loaded>
    </Page>
  );
}
