// The control for an option that a locustfile defines, or for an input of a custom login form.
import { useId } from "preact/hooks";
import { defaultText, fieldKind } from "../form-fields";
import type { OptionValue } from "../template";

export interface OptionFieldProps {
  name: string;
  label: string;
  defaultValue?: OptionValue;
  choices?: (string | number)[] | null;
  isMultiple?: boolean;
  isSecret?: boolean;
  isRequired?: boolean;
  help?: string | null;
  /** An input type that was asked for, as in a custom form. */
  type?: string;
}

export function OptionField(props: OptionFieldProps) {
  const id = useId();
  const kind = fieldKind({
    default_value: props.defaultValue,
    choices: props.choices,
    is_multiple: props.isMultiple,
    is_secret: props.isSecret,
  });
  const isBox = kind === "checkbox" || props.type === "checkbox";
  const label = (
    <label for={id}>
      {props.label}
      {props.isRequired && <Required />}
    </label>
  );
  const control = isBox ? <Box id={id} {...props} /> : <Control id={id} kind={kind} {...props} />;
  return (
    <div class={`field${isBox ? " field-check" : ""}`}>
      {isBox ? [control, label] : [label, control]}
      {props.help && (
        <p class="help" id={`${id}-help`}>
          {props.help}
        </p>
      )}
    </div>
  );
}

export function Required() {
  return (
    <span class="required" title="required">
      {" "}
      *
    </span>
  );
}

function Box({ id, name, defaultValue, help }: OptionFieldProps & { id: string }) {
  return (
    <input
      id={id}
      name={name}
      type="checkbox"
      data-boolean
      defaultChecked={defaultValue === true || defaultValue === "true"}
      aria-describedby={help ? `${id}-help` : undefined}
    />
  );
}

function Control({ id, kind, ...props }: OptionFieldProps & { id: string; kind: ReturnType<typeof fieldKind> }) {
  const shared = {
    id,
    name: props.name,
    required: props.isRequired,
    "aria-describedby": props.help ? `${id}-help` : undefined,
  };
  if (kind === "select" || kind === "multiselect") {
    const chosen = [props.defaultValue].flat().map(String);
    const choices = props.choices ?? [];
    return (
      <select {...shared} multiple={kind === "multiselect"} size={kind === "multiselect" ? Math.min(6, choices.length) : undefined}>
        {kind === "select" && !chosen.some((one) => choices.map(String).includes(one)) && <option value="" />}
        {choices.map((choice) => (
          <option key={choice} value={String(choice)} selected={chosen.includes(String(choice))}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  const type = kind === "password" ? "password" : (props.type ?? "text");
  return (
    <input
      {...shared}
      type={type}
      // Of a number the text is sent as it was typed; the server knows whether it may have a fraction.
      inputMode={kind === "number" ? "decimal" : undefined}
      autocomplete={kind === "password" ? "off" : undefined}
      defaultValue={defaultText(props.defaultValue)}
    />
  );
}
