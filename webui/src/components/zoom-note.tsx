// How to look closer, and back.
import { zoom } from "../zoom";

export function ZoomNote() {
  if (zoom.value === null) return <span class="quiet zoom-note">Drag over a chart to look closer.</span>;
  return (
    <button type="button" class="button small-button" onClick={() => (zoom.value = null)}>
      Show the whole run
    </button>
  );
}
