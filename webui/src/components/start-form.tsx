// Starts a test. What it sends is what Locust's form sends.
import { useState } from "preact/hooks";
import { postSwarm } from "../api";
import { formFields } from "../form-fields";
import type { TemplateArgs } from "../template";
import { ClassPicker } from "./class-picker";
import { CustomParameters } from "./custom-parameters";
import { LoadFields } from "./load-fields";
import { Required } from "./option-field";

interface StartFormProps {
  template: TemplateArgs;
  /** Workers that are connected; does not matter to a process of its own. */
  workerCount: number;
  onStarted: () => void;
  onBack?: () => void;
}

const NO_SHAPE = "Default";

export function StartForm({ template, workerCount, onStarted, onBack }: StartFormProps) {
  const [error, setError] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const [shape, setShape] = useState(NO_SHAPE);
  const waitsForWorkers = Boolean(template.is_distributed) && workerCount === 0;
  const shapeDecides = shape !== NO_SHAPE && !template.shape_use_common_options;

  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(null);
    setStarting(true);
    try {
      await postSwarm(withLoad(formFields(event.currentTarget as HTMLFormElement), template));
      onStarted();
    } catch (failure) {
      setError((failure as Error).message);
    }
    setStarting(false);
  };

  return (
    <form class="start card" onSubmit={(event) => void start(event)}>
      <header class="start-head">
        <h2>New load test</h2>
        {template.locustfile && <p class="quiet">{template.locustfile}</p>}
      </header>
      {waitsForWorkers && (
        <p class="warning" role="status">
          No worker is connected yet. Start some with <code>katydid --worker --master-host HOST</code>; the test can be
          started as soon as one is there.
        </p>
      )}
      {!template.hide_common_options && (
        <LoadFields
          users={template.num_users ?? 1}
          spawnRate={template.spawn_rate ?? 1}
          disabled={shapeDecides}
          note={shapeDecides ? `The load shape ${shape} decides how many users there are.` : undefined}
        />
      )}
      <HostField template={template} />
      <AdvancedOptions template={template} />
      {template.show_userclass_picker && (
        <ClassPicker
          classes={template.available_user_classes ?? []}
          users={template.users ?? {}}
          tasks={template.available_user_tasks ?? {}}
          shapes={template.available_shape_classes ?? []}
          shape={shape}
          onShape={setShape}
        />
      )}
      <CustomParameters options={template.extra_options} />
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="form-actions">
        {onBack && (
          <button type="button" class="button" onClick={onBack}>
            Back to the results
          </button>
        )}
        <button type="submit" class="button primary" disabled={isStarting || waitsForWorkers}>
          {isStarting ? "Starting …" : "Start"}
        </button>
      </div>
    </form>
  );
}

/** The server refuses a form without a load, also where a shape decides and the fields are not shown. */
function withLoad(fields: URLSearchParams, template: TemplateArgs): URLSearchParams {
  if (!fields.has("user_count")) fields.set("user_count", String(template.num_users ?? 1));
  if (!fields.has("spawn_rate")) fields.set("spawn_rate", String(template.spawn_rate || 1));
  return fields;
}

function HostField({ template }: { template: TemplateArgs }) {
  const [host, setHost] = useState(template.host ?? "");
  const looksWrong = host !== "" && !/^https?:\/\/\S+$/.test(host);
  return (
    <div class="field">
      <label for="host">
        Host
        {template.is_host_required && <Required />}
      </label>
      <input
        id="host"
        name="host"
        type="text"
        inputMode="url"
        autocomplete="url"
        placeholder="https://example.com"
        required={template.is_host_required}
        value={host}
        aria-describedby="host-help"
        onInput={(event) => setHost(event.currentTarget.value)}
      />
      <div id="host-help">
        {looksWrong && <p class="warning">A host usually begins with http:// or https://.</p>}
        {template.override_host_warning && (
          <p class="warning">The user classes have hosts of their own; a host given here takes the place of all of them.</p>
        )}
        {template.missing_host_warning && (
          <p class="warning">Some user classes have no host. Give one here, or set it in the locustfile.</p>
        )}
      </div>
    </div>
  );
}

function AdvancedOptions({ template }: { template: TemplateArgs }) {
  const profiles = template.all_profiles ?? [];
  return (
    <details class="advanced" open={Boolean(template.run_time || template.profile)}>
      <summary>Advanced options</summary>
      <div class="load-fields">
        <div class="field">
          <label for="run-time">Run time</label>
          <input
            id="run-time"
            name="run_time"
            type="text"
            placeholder="until it is stopped"
            defaultValue={template.run_time ? String(template.run_time) : ""}
          />
          <p class="help">20, 20s, 3m, 2h, 1h20m, 3h30m10s</p>
        </div>
        <div class="field">
          <label for="profile">Profile</label>
          <input id="profile" name="profile" type="text" list="profiles" defaultValue={template.profile ?? ""} />
          <datalist id="profiles">
            {profiles.map((profile) => (
              <option key={profile} value={profile} />
            ))}
          </datalist>
          <p class="help">a name for this kind of run</p>
        </div>
      </div>
    </details>
  );
}
