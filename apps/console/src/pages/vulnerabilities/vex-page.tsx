import Tabs from '@cloudscape-design/components/tabs';
import { RuleLine } from '../../shell/rule-line.tsx';
import { Page } from '../../ui/page.tsx';
import { useTab } from '../../ui/use-tab.ts';
import { AuthorsTable } from './vex-authors.tsx';
import { VexExport } from './vex-export.tsx';
import { StatementsTable } from './vex-statements.tsx';

/** What suppliers and others state about vulnerabilities, whose word counts, and what we state. */
export function VexPage() {
  const [tab, setTab] = useTab('statements');
  return (
    <Page
      title="VEX"
      description={<RuleLine rule={4} about="What others state about vulnerabilities, and what you state to others." />}
    >
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'statements', label: 'Statements received', content: <StatementsTable /> },
          { id: 'authors', label: 'Trusted authors', content: <AuthorsTable /> },
          { id: 'export', label: 'Export', content: <VexExport /> },
        ]}
      />
    </Page>
  );
}
