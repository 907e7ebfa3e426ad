import type { RepositoryStatus } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { Gate } from '../../shell/gate.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { Actions, Page, Stack } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { bytes, integer } from '../../ui/time.ts';
import { useTab } from '../../ui/use-tab.ts';
import { Drafts } from './ceremony-drafts.tsx';
import { OnlineKeys } from './ceremony-keys.tsx';
import { PublishDialog } from './ceremony-publish.tsx';
import { RolesTable } from './ceremony-roles.tsx';
import { RootDialog } from './ceremony-root.tsx';
import { TargetsDialog } from './ceremony-targets.tsx';
import { UploadDialog } from './ceremony-upload.tsx';
import { type DialectView, dialectViews } from './ceremony-view.ts';
import { dialectNames } from './dialect-names.ts';
import { DirectorPanel } from './director-panel.tsx';

function Summary({ status, dialect }: { status: RepositoryStatus; dialect: DialectView }) {
  return (
    <Section title="Where it stands">
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: 'Vehicles can read it',
            value: (
              <Status state={dialect.published ? 'valid' : 'waiting'}>{dialect.published ? 'Yes' : 'Not yet'}</Status>
            ),
          },
          { label: 'Root version', value: dialect.rootVersion ?? 'No root yet' },
          { label: 'Timestamp and snapshot signed', value: <RelativeTime at={dialect.signedAt} empty="Not yet" /> },
          { label: 'Ceremonies under way', value: integer(dialect.drafts.length) },
          { label: 'Images held', value: integer(status.images) },
          { label: 'Their size', value: bytes(status.bytes) },
          { label: 'Free for images', value: status.freeBytes === null ? 'Not known' : bytes(status.freeBytes) },
        ]}
      />
    </Section>
  );
}

function Dialect({ status, dialect }: { status: RepositoryStatus; dialect: DialectView }) {
  return (
    <Stack>
      {dialect.fault && (
        <Alert type="error" header="Timestamp and snapshot cannot be signed anew">
          {dialect.fault}
        </Alert>
      )}
      <Summary status={status} dialect={dialect} />
      <Drafts dialect={dialect} />
      <RolesTable dialect={dialect} />
    </Stack>
  );
}

type Dialog = 'root' | 'targets' | 'upload' | 'publish';

function CeremonyActions({ status }: { status: RepositoryStatus | undefined }) {
  const [open, setOpen] = useState<Dialog>();
  const manage = useDenial('images.manage');
  const sign = useDenial('images.sign');
  const publish = useDenial('images.publish');
  const loaded = status ? undefined : 'The repository is not loaded';
  const hasRoot = status?.dialects.some(({ rootVersion }) => rootVersion !== null);
  const close = () => setOpen(undefined);
  return (
    <Actions>
      <CopyAs api="/repository" cli="bulkhead repository status" />
      <PermittedButton denial={manage ?? loaded} onClick={() => setOpen('root')}>
        Root ceremony…
      </PermittedButton>
      <PermittedButton
        denial={manage ?? loaded ?? (hasRoot ? undefined : 'There is no root yet: it comes first')}
        onClick={() => setOpen('targets')}
      >
        Targets ceremony…
      </PermittedButton>
      <PermittedButton denial={sign ?? loaded} onClick={() => setOpen('upload')}>
        Upload a signed file…
      </PermittedButton>
      <PermittedButton variant="primary" denial={publish ?? loaded} onClick={() => setOpen('publish')}>
        Publish…
      </PermittedButton>
      {status && open === 'root' && <RootDialog first={!hasRoot} onClose={close} />}
      {open === 'targets' && <TargetsDialog onClose={close} />}
      {status && open === 'upload' && <UploadDialog status={status} onClose={close} />}
      {open === 'publish' && <PublishDialog onClose={close} />}
    </Actions>
  );
}

/** Who signs what vehicles trust: keys, thresholds, who has signed, what is missing, what expires. */
export function CeremoniesPage() {
  const answer = useQuery({ ...query('getRepository', {}), refetchInterval: 15_000 });
  const [tab, openTab] = useTab('a');
  return (
    <Gate permission="images.read" what="the keys of the Image repository" title="Ceremonies">
      <Page
        title="Ceremonies"
        description={
          <RuleLine
            rule={4}
            about="Root and targets are signed offline by people; only timestamp and snapshot by the platform."
          />
        }
        actions={<CeremonyActions status={answer.data} />}
      >
        <Loaded answer={answer} label="repository" lines={10}>
          {(status) => (
            <>
              {status.next && (
                <Alert type="info" header="What to do next">
                  <CodeBlock text={status.next} label="next step" />
                </Alert>
              )}
              <Tabs
                activeTabId={tab}
                ariaLabel="Wire forms"
                onChange={({ detail }) => openTab(detail.activeTabId)}
                tabs={[
                  ...dialectViews(status).map((dialect) => ({
                    id: dialect.dialect,
                    label: `For ${dialectNames[dialect.dialect]} clients`,
                    content: <Dialect status={status} dialect={dialect} />,
                  })),
                  { id: 'director', label: 'Director', content: <DirectorPanel /> },
                  { id: 'online', label: 'Keys of the platform', content: <OnlineKeys status={status} /> },
                ]}
              />
            </>
          )}
        </Loaded>
      </Page>
    </Gate>
  );
}
