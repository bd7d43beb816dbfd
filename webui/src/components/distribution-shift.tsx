// How the response times of one endpoint moved: both distributions, and the ratio at each quantile.
import { useState } from "preact/hooks";
import { QuantileRatios } from "../charts/quantile-ratios";
import { ShiftChart } from "../charts/shift-chart";
import {
  endpointText,
  isTotal,
  quantileOf,
  ratioText,
  totalCount,
  type ComparedEndpoint,
  type QuantileRatio,
} from "../comparison";
import { formatCount, formatDuration, formatPercent, percentileLabel } from "../format";
import { EntryChooser } from "./entry-chooser";

interface DistributionShiftProps {
  endpoints: ComparedEndpoint[];
  chosen: number;
  onChoose: (index: number) => void;
  baseName: string;
}

export function DistributionShift({ endpoints, chosen, onChoose, baseName }: DistributionShiftProps) {
  const [isCumulative, setCumulative] = useState(false);
  const compared = endpoints[chosen] ?? endpoints[0]!;
  const whole = endpoints.findIndex(({ endpoint }) => isTotal(endpoint));
  const entries = endpoints.map(({ endpoint }, id) => ({ id, ...endpoint })).filter(({ id }) => id !== whole);
  return (
    <>
      <div class="toolbar">
        {endpoints.length > 1 && (
          <EntryChooser
            entries={entries}
            chosen={chosen === whole ? null : chosen}
            onChoose={(id) => onChoose(id ?? whole)}
            hasWhole={whole >= 0}
          />
        )}
        <div class="chips" role="group" aria-label="Kind of chart">
          <button type="button" aria-pressed={!isCumulative} onClick={() => setCumulative(false)}>
            Density
          </button>
          <button type="button" aria-pressed={isCumulative} onClick={() => setCumulative(true)}>
            Cumulative
          </button>
        </div>
      </div>
      <p class="shift-note">
        <bdi>
          <b>{endpointText(compared.endpoint)}</b>
        </bdi>
        {compared.ks_distance !== null && (
          <span class="quiet" title="Kolmogorov–Smirnov: the greatest distance between the cumulative curves">
            {" "}
            · the curves lie up to {formatPercent(compared.ks_distance)} of the requests apart
          </span>
        )}
      </p>
      <div class="charts">
        <ShiftChart compared={compared} isCumulative={isCumulative} baseName={baseName} />
        <QuantileRatios ratios={compared.ratios} />
      </div>
      <QuantileTable compared={compared} baseName={baseName} />
    </>
  );
}

const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

function QuantileTable({ compared: { base, head, ratios }, baseName }: { compared: ComparedEndpoint; baseName: string }) {
  const told = ratios.length > 0 ? ratios.map(({ quantile }) => quantile) : QUANTILES;
  return (
    <div class="table-plain card quantiles" tabIndex={0} role="region" aria-label="Quantiles of both sides">
      <table class="small">
        <caption class="hidden">Quantiles of both sides</caption>
        <thead>
          <tr>
            <th scope="col">Quantile</th>
            <th scope="col">{baseName}</th>
            <th scope="col">this run</th>
            <th scope="col">Worse by</th>
            <th scope="col">Interval</th>
          </tr>
        </thead>
        <tbody>
          {told.map((quantile, i) => (
            <tr key={i}>
              <th scope="row">{percentileLabel(quantile)}</th>
              <td>{formatDuration(quantileOf(base, quantile))}</td>
              <td>{formatDuration(quantileOf(head, quantile))}</td>
              <td>{ratioText(ratios[i]?.ratio ?? null)}</td>
              <td>{interval(ratios[i])}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">requests</th>
            <td>{formatCount(totalCount(base))}</td>
            <td>{formatCount(totalCount(head))}</td>
            <td />
            <td />
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function interval(ratio: QuantileRatio | undefined): string {
  if (!ratio || ratio.low === null || ratio.high === null) return "–";
  return `${ratioText(ratio.low)} to ${ratioText(ratio.high)}`;
}
