// The comparison of runs: one file with its figures inside, that needs no server and no network.
import { useSignal } from "@preact/signals";
import { render, type ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { ComparedFacts } from "../components/compared-facts";
import { DistributionShift } from "../components/distribution-shift";
import { FindingsTable } from "../components/findings-table";
import { RatioPlot } from "../components/ratio-plot";
import { ThemeButton } from "../components/theme-button";
import { VerdictCard } from "../components/verdict-card";
import { Wordmark } from "../components/wordmark";
import { gravestFirst, ratioRows, type Comparison, type Endpoint } from "../comparison";
import { unpack } from "../packed-record";
import "../styles/compare-page.css";

function ComparisonPage({ comparison }: { comparison: Comparison }) {
  const { head, bases, findings, endpoints } = comparison;
  const ordered = useMemo(() => gravestFirst(findings), []);
  const rows = useMemo(() => ratioRows(findings), []);
  const chosen = useSignal(Math.max(0, indexOf(comparison, ordered.find(({ endpoint }) => endpoint)?.endpoint)));
  const choose = (endpoint: Endpoint | null) => {
    const index = indexOf(comparison, endpoint);
    if (index < 0) return;
    chosen.value = index;
    document.getElementById("shift")?.scrollIntoView({ block: "start" });
  };
  const baseName = bases[0]?.name ?? "base";
  return (
    <>
      <header class="run-header report-header">
        <Wordmark version={head.version} />
        <div class="report-title">
          <h1>{comparison.title}</h1>
        </div>
        <div class="actions">
          <button type="button" class="button" onClick={() => download(comparison)}>
            Download the figures
          </button>
          <ThemeButton />
        </div>
      </header>
      <main class="report">
        <VerdictCard judged={comparison} />
        {rows.length > 0 && (
          <Section title="How many times worse">
            <RatioPlot rows={rows} ofMany={bases.length > 1} hasShift={(one) => indexOf(comparison, one) >= 0} onChoose={choose} />
          </Section>
        )}
        <Section title="Findings">
          <FindingsTable findings={ordered} />
        </Section>
        {endpoints.length > 0 && (
          <Section title="How response times moved" id="shift">
            <DistributionShift
              endpoints={endpoints}
              chosen={chosen.value}
              onChoose={(index) => (chosen.value = index)}
              baseName={baseName}
            />
          </Section>
        )}
        <Section title={bases.length > 0 ? "What was compared" : "What was measured"}>
          <ComparedFacts head={head} bases={bases} />
        </Section>
      </main>
    </>
  );
}

function indexOf({ endpoints }: Comparison, endpoint: Endpoint | null | undefined): number {
  if (!endpoint) return -1;
  return endpoints.findIndex((one) => one.endpoint.method === endpoint.method && one.endpoint.name === endpoint.name);
}

function Section({ title, id, children }: { title: string; id?: string; children: ComponentChildren }) {
  return (
    <section class="report-section" id={id}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function download(comparison: Comparison): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(comparison)], { type: "application/json" }));
  link.download = "katydid-comparison.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

async function open(): Promise<void> {
  const page = document.getElementById("page")!;
  try {
    const comparison = await unpack<Comparison>(document.getElementById("comparison")?.textContent ?? "");
    document.title = `Katydid: ${comparison.title || "comparison"}`;
    render(<ComparisonPage comparison={comparison} />, page);
  } catch (error) {
    render(<p class="empty">The comparison in this page cannot be read: {String(error)}</p>, page);
  }
}

void open();
