import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { enter } from './sign-in-page.tsx';

interface PasswordStepProps {
  readonly link: string;
  readonly email: string;
  readonly totp: { readonly secret: string; readonly uri: string };
  readonly onBack: () => void;
}

const shortest = 12;

/** Password and authenticator app; the one-time code proves that the app has the secret. */
export function PasswordStep({ link, email, totp, onBack }: PasswordStepProps) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const complete = useMutation({
    mutationFn: () => client.completeEnrolment({ body: { link, password, code: code.trim() } }),
    onSuccess: enter,
  });
  const ready = password.length >= shortest && /^\d{6}$/.test(code.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) complete.mutate();
      }}
    >
      <SpaceBetween size="m">
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <FormField label="Password" constraintText={`At least ${shortest} characters; a few words are best`}>
          <Input
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={({ detail }) => setPassword(detail.value)}
          />
        </FormField>
        <FormField label="Authenticator app" description="Scan the picture with the app, or type the secret into it.">
          <SpaceBetween size="xs">
            <QrCode text={totp.uri} label="QR code with the secret for the authenticator app" />
            <Copyable value={totp.secret} label="the secret" />
          </SpaceBetween>
        </FormField>
        <FormField label="One-time code" description="The six digits that the app shows now">
          <Input
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={({ detail }) => setCode(detail.value)}
          />
        </FormField>
        {complete.error && <ProblemAlert error={complete.error} />}
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            variant="primary"
            formAction="submit"
            loading={complete.isPending}
            disabled={!ready}
            disabledReason={`A password of ${shortest} characters and the six digits are needed`}
          >
            Finish and sign in
          </Button>
          <Button variant="link" formAction="none" onClick={onBack}>
            Back
          </Button>
        </SpaceBetween>
        <Box variant="small" color="text-body-secondary">
          Signing in as {email}
        </Box>
      </SpaceBetween>
    </form>
  );
}
