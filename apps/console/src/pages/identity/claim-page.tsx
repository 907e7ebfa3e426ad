import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { useDenial } from '../../session.ts';
import { CertificateLink } from '../../shell/links.tsx';
import { RuleLine } from '../../shell/rule-line.tsx';
import { CodeBlock } from '../../ui/copyable.tsx';
import { downloadText } from '../../ui/download.ts';
import { Page } from '../../ui/page.tsx';
import { PermittedButton } from '../../ui/permitted-button.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Section } from '../../ui/section.tsx';

type Issued = Awaited<ReturnType<typeof client.issueClaimCertificate>>;

const makeRequest = `openssl ecparam -name prime256v1 -genkey -noout -out plant-1.key
openssl req -new -key plant-1.key -subj /CN=plant-1 -out plant-1.csr`;

function IssuedSection({ plant, issued }: { plant: string; issued: Issued }) {
  const text = `${issued.pem.trim()}\n${issued.chain.trim()}\n`;
  return (
    <Section
      title="Claim certificate"
      actions={
        <Button iconName="download" onClick={() => downloadText(`${plant}.pem`, text, 'application/x-pem-file')}>
          Download with chain
        </Button>
      }
    >
      <SpaceBetween size="s">
        <Alert type="success">
          Issued as <CertificateLink serial={issued.serialNumber} />. The plant enrols ECUs with it over EST.
        </Alert>
        <CodeBlock text={text} label="claim certificate" />
      </SpaceBetween>
    </Section>
  );
}

/** Issues the certificate with which a plant enrols its ECUs. */
export function ClaimPage() {
  const denial = useDenial('identity.issue');
  const [plant, setPlant] = useState('');
  const [request, setRequest] = useState('');
  const [days, setDays] = useState('30');
  const issue = useMutation({
    mutationFn: () =>
      client.issueClaimCertificate({ body: { plant: plant.trim(), request: request.trim(), days: Number(days) } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['identity'] }),
  });
  const plantOk = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plant.trim());
  const daysOk = /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 365;
  const requestOk = request.includes('BEGIN') && request.includes('CERTIFICATE REQUEST');
  const missing = plantOk && daysOk && requestOk ? undefined : 'Plant, 1 to 365 days and a PKCS#10 request are needed';
  return (
    <Page
      title="Issue a claim certificate"
      description={<RuleLine rule={3} about="A plant enrols its ECUs with it." />}
    >
      <Section title="Request" description="The key stays in the plant; only the request comes here.">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!missing && !denial) issue.mutate();
          }}
        >
          <Form
            actions={
              <PermittedButton
                denial={denial ?? missing}
                variant="primary"
                formAction="submit"
                loading={issue.isPending}
              >
                Issue certificate
              </PermittedButton>
            }
          >
            <SpaceBetween size="m">
              <FormField label="Plant" constraintText="Letters, digits, dot, dash and underscore">
                <Input value={plant} onChange={({ detail }) => setPlant(detail.value)} placeholder="plant-1" />
              </FormField>
              <FormField label="Valid for" constraintText="Days, 1 to 365">
                <Input
                  type="number"
                  inputMode="numeric"
                  value={days}
                  onChange={({ detail }) => setDays(detail.value)}
                />
              </FormField>
              <FormField label="Request (PKCS#10, PEM)" stretch>
                <Textarea
                  rows={8}
                  spellcheck={false}
                  value={request}
                  onChange={({ detail }) => setRequest(detail.value)}
                  placeholder="-----BEGIN CERTIFICATE REQUEST-----"
                />
              </FormField>
              <CodeBlock text={makeRequest} label="commands that make a request" />
              {issue.error && <ProblemAlert error={issue.error} />}
            </SpaceBetween>
          </Form>
        </form>
      </Section>
      {issue.data && <IssuedSection plant={plant.trim()} issued={issue.data} />}
    </Page>
  );
}
