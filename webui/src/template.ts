// What the server writes into a page before it sends it, under the names Locust has for it.
import type { RunState } from "./record";

export type OptionValue = string | number | boolean | null | (string | number)[];

export interface ExtraOption {
  default_value: OptionValue;
  is_secret?: boolean;
  is_required?: boolean;
  is_multiple?: boolean;
  help_text?: string | null;
  choices?: (string | number)[] | null;
}

export interface TemplateArgs {
  all_profiles?: string[];
  available_shape_classes?: string[] | null;
  available_user_classes?: string[] | null;
  available_user_tasks?: Record<string, string[]> | null;
  extended_csv_files?: { href: string; title: string }[];
  extended_tables?: { key: string; structure: { key: string; title: string }[] }[];
  extended_tabs?: { title: string; key: string }[];
  extra_options?: Record<string, ExtraOption>;
  hide_common_options?: boolean;
  host?: string | null;
  is_distributed?: boolean;
  is_host_required?: boolean;
  locustfile?: string | null;
  /** Where one logs out; only with a login of our own. */
  logout_url?: string;
  missing_host_warning?: boolean;
  num_users?: number | null;
  override_host_warning?: boolean;
  profile?: string | null;
  run_time?: string | number | null;
  shape_use_common_options?: boolean;
  show_userclass_picker?: boolean;
  spawn_rate?: number | null;
  state?: RunState;
  stats_history_enabled?: boolean;
  users?: Record<string, Record<string, unknown>>;
  version?: string;
  worker_count?: number;
}

export interface CustomInput {
  label: string;
  name: string;
  type?: string;
  default_value?: OptionValue;
  choices?: (string | number)[] | null;
  is_multiple?: boolean;
  is_secret?: boolean;
  is_required?: boolean;
}

export interface AuthArgs {
  title?: string | null;
  username_password_callback?: string | null;
  auth_providers?: { label: string; callback_url: string; icon_url?: string | null }[] | null;
  custom_form?: { inputs: CustomInput[]; callback_url: string; submit_button_text?: string | null } | null;
  error?: string | null;
  info?: string | null;
}

/** The JSON in the element with this id. */
export function readTemplate<Args>(id: string): Args {
  return JSON.parse(document.getElementById(id)?.textContent ?? "{}") as Args;
}
