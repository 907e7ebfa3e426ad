import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTitle } from '../../ui/page.tsx';

/** The frame of the pages before sign-in: the name, one card, nothing else. */
export function EntryFrame(props: { title: string; description?: React.ReactNode; children: React.ReactNode }) {
  useTitle(props.title);
  return (
    <main className="bh-entry">
      <div className="bh-entry-card">
        <div className="bh-brand">
          <img src="/bulkhead.svg" alt="" />
          <span>Bulkhead</span>
        </div>
        <Container
          header={
            <Header variant="h1" description={props.description}>
              {props.title}
            </Header>
          }
        >
          <SpaceBetween size="m">{props.children}</SpaceBetween>
        </Container>
      </div>
    </main>
  );
}
