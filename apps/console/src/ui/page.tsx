import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect } from 'react';

interface PageProps {
  readonly title: string;
  /** What the page heading shows when it is more than text. */
  readonly heading?: React.ReactNode;
  readonly description?: React.ReactNode;
  readonly actions?: React.ReactNode;
  readonly children: React.ReactNode;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Bulkhead`;
  }, [title]);
}

/** The frame of every page: title, what it is about, actions, content. */
export function Page({ title, heading, description, actions, children }: PageProps) {
  useTitle(title);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions}>
          {heading ?? title}
        </Header>
      }
    >
      <Stack>{children}</Stack>
    </ContentLayout>
  );
}

/** Sections below each other, also when they come in a fragment of another component. */
export function Stack({ children }: { children: React.ReactNode }) {
  return <div className="bh-stack">{children}</div>;
}

export function Actions({ children }: { children: React.ReactNode }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {children}
    </SpaceBetween>
  );
}
