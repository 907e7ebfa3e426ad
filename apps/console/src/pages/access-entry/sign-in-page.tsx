import type { Session } from '@bulkhead/contract';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { startAuthentication } from '@simplewebauthn/browser';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { client, query, queryClient, sessionKey } from '../../api.ts';
import { paths } from '../../paths.ts';
import { useSession } from '../../session.ts';
import { Gone } from '../../shell/gone.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { EntryFrame } from './entry-frame.tsx';

type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];

export function enter(session: Session): void {
  queryClient.setQueryData(sessionKey, session);
}

async function passkeySignIn(): Promise<Session> {
  const { challengeId, options } = await client.beginPasskeySignIn({ body: {} });
  const response = await startAuthentication({ optionsJSON: options as unknown as RequestOptions });
  return client.signInWithPasskey({ body: { challengeId, response: { ...response } } });
}

/** Only a path of this console may be the place to go on to. */
export function safeNext(next: string | null): string {
  const target = next?.startsWith('/') ? URL.parse(next, location.origin) : null;
  return target?.origin === location.origin ? `${target.pathname}${target.search}` : paths.overview();
}

function PasswordForm() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const signIn = useMutation({
    mutationFn: () => client.signInWithPassword({ body: { email: email.trim(), password, code: code.trim() } }),
    onSuccess: enter,
  });
  const ready = email.includes('@') && password !== '' && /^\d{6}$/.test(code.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) signIn.mutate();
      }}
    >
      <Form
        actions={
          <Button
            formAction="submit"
            loading={signIn.isPending}
            disabled={!ready}
            disabledReason="E-mail, password and the six digits of the one-time code are needed"
          >
            Sign in with password
          </Button>
        }
      >
        <SpaceBetween size="m">
          <FormField label="E-mail">
            <Input
              type="email"
              autoComplete="username"
              value={email}
              onChange={({ detail }) => setEmail(detail.value)}
            />
          </FormField>
          <FormField label="Password">
            <Input
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={({ detail }) => setPassword(detail.value)}
            />
          </FormField>
          <FormField label="One-time code" description="Six digits from your authenticator app">
            <Input
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={({ detail }) => setCode(detail.value)}
            />
          </FormField>
          {signIn.error && <ProblemAlert error={signIn.error} />}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** Sign-in with a passkey or with password and one-time code. */
export function SignInPage() {
  const { session } = useSession();
  const search = useRouterState({ select: (state) => state.location.searchStr });
  const setup = useQuery(query('getSetup', {}));
  const passkey = useMutation({ mutationFn: passkeySignIn, onSuccess: enter });
  if (session) return <Gone to={safeNext(new URLSearchParams(search).get('next'))} />;
  return (
    <EntryFrame title="Sign in" description="The security platform of your connected vehicles">
      {setup.data?.needed && (
        <Alert type="info" header="This platform waits for its first operator">
          Open the set-up link that the server printed when it started. It is also in the file{' '}
          <span className="bh-mono">setup-token</span> of the data directory, and is valid for 30 minutes; a restart
          prints a new one.
        </Alert>
      )}
      <Button variant="primary" fullWidth iconName="key" loading={passkey.isPending} onClick={() => passkey.mutate()}>
        Sign in with a passkey
      </Button>
      {passkey.error && <ProblemAlert error={passkey.error} />}
      <ExpandableSection headerText="Use a password instead" headingTagOverride="h2">
        <PasswordForm />
      </ExpandableSection>
      <Box variant="small" color="text-body-secondary">
        Operators are invited by an administrator. There is no default account.
      </Box>
    </EntryFrame>
  );
}
