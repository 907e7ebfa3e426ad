import type { Dossier } from '@bulkhead/contract';
import Checkbox from '@cloudscape-design/components/checkbox';
import { Stack } from '../../ui/page.tsx';
import { AffectedForm, PreconditionsForm, ReportsForm } from './dossier-lists.tsx';
import type { FormProps, SectionId } from './dossier-sections.ts';
import { Block, Choice, Line, NumberField } from './fields.tsx';
import { approvalTexts, criticalityTexts, questionTexts } from './update-words.ts';

const choices = <T extends string>(texts: Readonly<Record<T, string>>) => Object.entries(texts) as [T, string][];
const yesNoOpen = [
  ['open', 'Not said yet'],
  ['yes', 'Yes'],
  ['no', 'No'],
] as const;

function Effect(props: {
  label: string;
  value: Dossier['requirements'];
  onChange: (value: Dossier['requirements']) => void;
}) {
  const { label, value, onChange } = props;
  const said = value.affected === null ? 'open' : value.affected ? 'yes' : 'no';
  return (
    <>
      <Choice
        label={label}
        value={said}
        options={yesNoOpen}
        onChange={(next) => onChange({ ...value, affected: next === 'open' ? null : next === 'yes' })}
      />
      <Block
        label={`${label.replace(/\?$/, '')}: explanation`}
        description="Needed for a yes"
        value={value.explanation}
        onChange={(explanation) => onChange({ ...value, explanation })}
      />
    </>
  );
}

function Approval({ dossier: { approval }, onChange }: FormProps) {
  const set = (change: Partial<Dossier['approval']>) => onChange({ approval: { ...approval, ...change } });
  return (
    <>
      <Choice
        label="Decision"
        description="Whether the change is put before the authority that gave the type approval"
        value={approval.decision}
        options={choices(approvalTexts)}
        onChange={(decision) => set({ decision })}
      />
      <Line label="Authority" value={approval.authority} onChange={(authority) => set({ authority })} />
      <Line label="Reference" value={approval.reference} onChange={(reference) => set({ reference })} />
      <Block
        label="Reason"
        description="Decisions not to seek approval may be sampled: the reason is kept (9.1.3)"
        value={approval.reason}
        onChange={(reason) => set({ reason })}
      />
    </>
  );
}

function Safety({ dossier: { safety }, onChange }: FormProps) {
  const set = (change: Partial<Dossier['safety']>) => onChange({ safety: { ...safety, ...change } });
  return (
    <>
      <Block
        label="It is carried out safely and securely because"
        value={safety.statement}
        onChange={(statement) => set({ statement })}
      />
      <Block
        label="How a vehicle comes back"
        description="To its former software or to a safe state when the update fails (7.2.2.1.1)"
        value={safety.safeState}
        onChange={(safeState) => set({ safeState })}
      />
      <Block
        label="How enough power is ensured"
        description="For the update and for recovery (7.2.2.1.2)"
        value={safety.power}
        onChange={(power) => set({ power })}
      />
      <Checkbox checked={safety.whileDriving} onChange={({ detail }) => set({ whileDriving: detail.checked })}>
        It may be carried out while the vehicle is driven
      </Checkbox>
      {safety.whileDriving && (
        <Block
          label="Assessment that nobody is endangered"
          description="7.1.4.1"
          value={safety.drivingAssessment}
          onChange={(drivingAssessment) => set({ drivingAssessment })}
        />
      )}
    </>
  );
}

function Questions({ dossier: { questionnaire }, onChange }: FormProps) {
  return Object.entries(questionTexts).map(([key, [clause, text]]) => {
    const name = key as keyof Dossier['questionnaire'];
    const set = (change: Partial<Dossier['questionnaire'][typeof name]>) =>
      onChange({ questionnaire: { ...questionnaire, [name]: { ...questionnaire[name], ...change } } });
    const { answer, explanation } = questionnaire[name];
    return (
      <Stack key={name}>
        <Choice
          label={text}
          description={clause}
          value={answer}
          options={yesNoOpen}
          onChange={(next) => set({ answer: next })}
        />
        {answer === 'yes' && (
          <Block
            label={`Explanation: ${text}`}
            rows={2}
            value={explanation}
            onChange={(next) => set({ explanation: next })}
          />
        )}
      </Stack>
    );
  });
}

function UserInformation({ dossier: { user }, onChange }: FormProps) {
  const set = (change: Partial<Dossier['user']>) => onChange({ user: { ...user, ...change } });
  return (
    <>
      <Block
        label="What it is for"
        description="7.2.2.2 a"
        value={user.purpose}
        onChange={(purpose) => set({ purpose })}
      />
      <Choice
        label="Why it matters"
        value={user.criticality}
        options={choices(criticalityTexts)}
        onChange={(criticality) => set({ criticality })}
      />
      <Block
        label="What changes"
        description="7.2.2.2 b"
        value={user.changes}
        onChange={(changes) => set({ changes })}
      />
      <NumberField
        label="How long it takes"
        description="7.2.2.2 c"
        unit="Minutes, 1 to 10,080"
        value={user.durationMinutes === null ? '' : String(user.durationMinutes)}
        onChange={(text) => set({ durationMinutes: /^\d{1,5}$/.test(text) && Number(text) > 0 ? Number(text) : null })}
      />
      <Block
        label="What cannot be used meanwhile"
        description="7.2.2.2 d"
        value={user.unavailable}
        onChange={(unavailable) => set({ unavailable })}
      />
      <Block
        label="What helps to carry it out safely"
        description="7.2.2.2 e"
        value={user.instructions}
        onChange={(instructions) => set({ instructions })}
      />
    </>
  );
}

function Conditions(props: FormProps) {
  const { dossier, onChange } = props;
  return (
    <>
      <PreconditionsForm {...props} />
      <Checkbox
        checked={dossier.workshopOnly}
        description="It proceeds only with a skilled person present or in control (7.1.4.2)"
        onChange={({ detail }) => onChange({ workshopOnly: detail.checked })}
      >
        Workshop only
      </Checkbox>
      <Checkbox
        checked={dossier.consentRequired}
        description="The vehicle asks its user, who may say no or put it off"
        onChange={({ detail }) => onChange({ consentRequired: detail.checked })}
      >
        The user must agree
      </Checkbox>
    </>
  );
}

const forms: Readonly<Record<SectionId, (props: FormProps) => React.ReactNode>> = {
  purpose: ({ dossier, onChange }) => (
    <Block label="Purpose" rows={6} value={dossier.purpose} onChange={(purpose) => onChange({ purpose })} />
  ),
  affected: (props) => <AffectedForm {...props} />,
  effects: ({ dossier, onChange }) => (
    <>
      <Effect
        label="Are requirements of those systems affected?"
        value={dossier.requirements}
        onChange={(requirements) => onChange({ requirements })}
      />
      <Effect
        label="Are parameters of the type approval affected?"
        value={dossier.parameters}
        onChange={(parameters) => onChange({ parameters })}
      />
    </>
  ),
  approval: (props) => <Approval {...props} />,
  execution: ({ dossier: { execution }, onChange }) => (
    <>
      <Block label="How" value={execution.how} onChange={(how) => onChange({ execution: { ...execution, how } })} />
      <Block
        label="Under which conditions"
        value={execution.conditions}
        onChange={(conditions) => onChange({ execution: { ...execution, conditions } })}
      />
    </>
  ),
  safety: (props) => <Safety {...props} />,
  verification: (props) => <ReportsForm {...props} />,
  questionnaire: (props) => <Questions {...props} />,
  user: (props) => <UserInformation {...props} />,
  conditions: (props) => <Conditions {...props} />,
};

/** The fields of one section of a dossier. */
export function DossierForm({ section, ...props }: FormProps & { section: SectionId }) {
  return <Stack>{forms[section](props)}</Stack>;
}
