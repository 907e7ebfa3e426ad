import { type Role, roleDescriptions, roles } from '@bulkhead/contract';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';

const options = roles.map((role) => ({ value: role, label: role, description: roleDescriptions[role] }));

function isRole(value: string | undefined): value is Role {
  return (roles as readonly (string | undefined)[]).includes(value);
}

export function RolePicker({ value, onChange }: { value: readonly Role[]; onChange: (roles: Role[]) => void }) {
  return (
    <FormField label="Roles" description="What each role may do is said below its name">
      <Multiselect
        ariaLabel="Roles"
        placeholder="Choose one or more roles"
        options={options}
        selectedOptions={options.filter((option) => value.includes(option.value))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((option) => option.value).filter(isRole))}
        deselectAriaLabel={(option) => `Remove ${option.label}`}
      />
    </FormField>
  );
}
