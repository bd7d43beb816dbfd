// Changes the load of a test that runs.
import { useState } from "preact/hooks";
import { postSwarm } from "../api";
import { formFields } from "../form-fields";
import type { Run } from "../record";
import type { TemplateArgs } from "../template";
import { CustomParameters } from "./custom-parameters";
import { Dialog } from "./dialog";
import { LoadFields } from "./load-fields";

interface EditFormProps {
  run: Run;
  template: TemplateArgs;
  onClose: () => void;
}

export function EditForm({ run, template, onClose }: EditFormProps) {
  const [error, setError] = useState<string | null>(null);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await postSwarm(formFields(event.currentTarget as HTMLFormElement));
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  return (
    <Dialog title="Edit the running test" onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <LoadFields users={run.target_user_count} spawnRate={run.spawn_rate ?? template.spawn_rate ?? 1} />
        <CustomParameters options={template.extra_options} />
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="form-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary">
            Change the load
          </button>
        </div>
      </form>
    </Dialog>
  );
}
