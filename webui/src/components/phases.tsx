// Where the time of a request went. The bar adds up: each part is its share of the mean of all requests.
import { formatCount, formatDuration, formatPercent } from "../format";
import type { Entry, PhaseName } from "../record";

const PHASES: { name: PhaseName; title: string }[] = [
  { name: "dns", title: "DNS" },
  { name: "connect", title: "Connect" },
  { name: "tls", title: "TLS" },
  { name: "waiting", title: "Waiting" },
  { name: "receiving", title: "Receiving" },
];

export function Phases({ entry }: { entry: Entry }) {
  const measured = PHASES.flatMap(({ name, title }) => {
    const phase = entry.phases[name];
    return phase && phase.count > 0 ? [{ name, title, phase }] : [];
  });
  const total = measured.reduce((sum, { phase }) => sum + phase.total_ms, 0);
  if (measured.length === 0 || total === 0) return <p class="quiet">No phases were measured for this request.</p>;
  return (
    <div class="phases">
      <div class="phase-bar" aria-hidden="true">
        {measured.map(({ name, title, phase }) => (
          <span
            key={name}
            class={`phase-${name}`}
            style={{ flexGrow: phase.total_ms / total }}
            title={`${title}: ${formatPercent(phase.total_ms / total)}`}
          />
        ))}
      </div>
      <table class="small">
        <caption class="hidden">Phases of a request</caption>
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">Share</th>
            <th scope="col">Mean</th>
            <th scope="col">Max</th>
            <th scope="col">Count</th>
          </tr>
        </thead>
        <tbody>
          {measured.map(({ name, title, phase }) => (
            <tr key={name}>
              <th scope="row">
                <span class={`key phase-${name}`} aria-hidden="true" /> {title}
              </th>
              <td>{formatPercent(phase.total_ms / total)}</td>
              <td>{formatDuration(phase.total_ms / phase.count)}</td>
              <td>{formatDuration(phase.max_ms)}</td>
              <td>{formatCount(phase.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
