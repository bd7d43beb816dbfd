// The options that a locustfile defines.
import { labelOf } from "../form-fields";
import type { ExtraOption } from "../template";
import { OptionField } from "./option-field";

export function CustomParameters({ options }: { options: Record<string, ExtraOption> | undefined }) {
  const entries = Object.entries(options ?? {});
  if (entries.length === 0) return null;
  return (
    <fieldset class="fields">
      <legend>Custom parameters</legend>
      {entries.map(([name, option]) => (
        <OptionField
          key={name}
          name={name}
          label={labelOf(name)}
          defaultValue={option.default_value}
          choices={option.choices}
          isMultiple={option.is_multiple}
          isSecret={option.is_secret}
          isRequired={option.is_required}
          help={option.help_text}
        />
      ))}
    </fieldset>
  );
}
