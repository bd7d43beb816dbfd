// Which control an option gets, and what a form sends for it. Draws nothing.
import type { ExtraOption, OptionValue } from "./template";

export type FieldKind = "text" | "number" | "password" | "checkbox" | "select" | "multiselect";

type Described = Pick<ExtraOption, "default_value" | "choices" | "is_multiple" | "is_secret">;

export function fieldKind({ default_value, choices, is_multiple, is_secret }: Partial<Described>): FieldKind {
  if (choices?.length) return is_multiple ? "multiselect" : "select";
  if (typeof default_value === "boolean") return "checkbox";
  if (is_secret) return "password";
  return typeof default_value === "number" ? "number" : "text";
}

/** A list is typed with commas, as the server splits it. */
export function defaultText(value: OptionValue | undefined): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(",") : String(value);
}

export function labelOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The fields of a form as the server reads them: a checkbox is the text "true" or "false". */
export function formFields(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string" && !isCheckbox(form, name)) fields.append(name, value);
  });
  for (const box of form.querySelectorAll<HTMLInputElement>("input[type=checkbox][data-boolean]")) {
    fields.set(box.name, String(box.checked));
  }
  return fields;
}

function isCheckbox(form: HTMLFormElement, name: string): boolean {
  return form.querySelector(`input[type=checkbox][data-boolean][name="${CSS.escape(name)}"]`) !== null;
}

/** What a class attribute becomes from the text typed for it: it keeps its type where the text allows that. */
export function attributeValue(text: string, before: unknown): unknown {
  if (text.trim() === "") return typeof before === "string" ? text : null;
  if (typeof before === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function attributeText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
