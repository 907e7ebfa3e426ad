import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

interface SectionProps {
  readonly title: string;
  readonly counter?: string;
  readonly description?: React.ReactNode;
  readonly actions?: React.ReactNode;
  readonly children: React.ReactNode;
}

export function Section({ title, children, counter, description, actions }: SectionProps) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions} {...(counter ? { counter } : {})}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  );
}
