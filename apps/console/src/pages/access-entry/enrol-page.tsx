import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Tiles from '@cloudscape-design/components/tiles';
import { startRegistration } from '@simplewebauthn/browser';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, compact } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useSession } from '../../session.ts';
import { Gone } from '../../shell/gone.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { EntryFrame } from './entry-frame.tsx';
import { takeLinkToken } from './link-token.ts';
import { PasswordStep } from './password-step.tsx';
import { enter } from './sign-in-page.tsx';

type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];
type Begun = Awaited<ReturnType<typeof client.beginEnrolment>>;
type Method = 'passkey' | 'password';

interface EnrolProps {
  readonly link: string;
  readonly first: boolean;
}

async function registerPasskey(link: string, options: CreationOptions) {
  const passkey = await startRegistration({ optionsJSON: options });
  return client.completeEnrolment({ body: { link, passkey: { ...passkey } } });
}

/** Who one is (first operator only) and how one wants to sign in. */
function EnrolForm({ link, first }: EnrolProps) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [method, setMethod] = useState<Method>('passkey');
  const [begun, setBegun] = useState<Begun>();
  const begin = useMutation({
    mutationFn: async () => {
      const who = first ? compact({ email: email.trim(), name: name.trim() }) : {};
      const answer = await client.beginEnrolment({ body: { link, method, ...who } });
      if (answer.passkey) enter(await registerPasskey(link, answer.passkey as unknown as CreationOptions));
      else setBegun(answer);
    },
  });
  if (begun?.totp)
    return <PasswordStep link={link} email={begun.email} totp={begun.totp} onBack={() => setBegun(undefined)} />;
  const ready = !first || (email.includes('@') && name.trim() !== '');
  return (
    <>
      {first && (
        <>
          <FormField label="E-mail">
            <Input
              type="email"
              autoComplete="username"
              value={email}
              onChange={({ detail }) => setEmail(detail.value)}
            />
          </FormField>
          <FormField label="Name">
            <Input autoComplete="name" value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </>
      )}
      <FormField label="How you sign in" stretch>
        <Tiles
          value={method}
          ariaLabel="How you sign in"
          columns={1}
          onChange={({ detail }) => setMethod(detail.value === 'password' ? 'password' : 'passkey')}
          items={[
            {
              value: 'passkey',
              label: 'Passkey (recommended)',
              description: 'This device, a phone or a security key. Nothing to type, nothing to phish.',
            },
            {
              value: 'password',
              label: 'Password and one-time code',
              description: 'A strong password, and an authenticator app for the second factor.',
            },
          ]}
        />
      </FormField>
      {begin.error && <ProblemAlert error={begin.error} />}
      <Button
        variant="primary"
        fullWidth
        loading={begin.isPending}
        disabled={!ready}
        disabledReason="E-mail and name are needed"
        onClick={() => begin.mutate()}
      >
        {method === 'passkey' ? 'Create passkey' : 'Continue'}
      </Button>
    </>
  );
}

function EnrolPage({ first }: { first: boolean }) {
  const [link] = useState(takeLinkToken);
  const { session } = useSession();
  const title = first ? 'Set up Bulkhead' : 'Accept the invitation';
  if (session) return <Gone to={paths.overview()} />;
  return (
    <EntryFrame
      title={title}
      description={
        first ? 'You become the first operator, with the role administrator.' : 'Choose how you want to sign in.'
      }
    >
      {link ? (
        <EnrolForm link={link} first={first} />
      ) : (
        <Alert type="warning" header="The link is not complete">
          Open the whole link again, including the part after the # sign. It works once
          {first
            ? ', within 30 minutes; a restart of the server prints a new one.'
            : '; ask an administrator for a new one.'}
        </Alert>
      )}
    </EntryFrame>
  );
}

export const SetupPage = () => <EnrolPage first />;
export const InvitePage = () => <EnrolPage first={false} />;
