// How often each task is taken, as nested bars.
import { formatPercent } from "../format";
import type { Ratio, Ratios } from "../record";

export function RatioPanel({ ratio }: { ratio: Ratios | null }) {
  if (!ratio || Object.keys(ratio.per_class ?? {}).length === 0) {
    return <p class="empty">The ratio of tasks is shown once user classes are known.</p>;
  }
  return (
    <div class="ratio-columns">
      <section class="card">
        <h2>Ratio per class</h2>
        <p class="quiet">Within each class, tasks by how often a user takes them.</p>
        <RatioTree ratio={ratio.per_class} />
      </section>
      <section class="card">
        <h2>Total ratio</h2>
        <p class="quiet">Of all tasks that are run, as users are spread over classes now.</p>
        <RatioTree ratio={ratio.total} />
      </section>
    </div>
  );
}

function RatioTree({ ratio }: { ratio: Ratio }) {
  return (
    <ul class="ratio">
      {Object.entries(ratio).map(([name, node]) => (
        <li key={name}>
          <div class="ratio-row">
            <span class="ratio-name" title={name}>
              {name}
            </span>
            <span class="ratio-track" aria-hidden="true">
              <span class="ratio-bar" style={{ width: `${node.ratio * 100}%` }} />
            </span>
            <span class="ratio-number">{formatPercent(node.ratio)}</span>
          </div>
          {node.tasks && Object.keys(node.tasks).length > 0 && <RatioTree ratio={node.tasks} />}
        </li>
      ))}
    </ul>
  );
}
