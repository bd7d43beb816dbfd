// The live page: what the store knows, put into components.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { EditForm } from "../components/edit-form";
import { LivePanel, liveTabs, topicsOf } from "../components/live-panel";
import { RunActions } from "../components/run-actions";
import { RunHeader } from "../components/run-header";
import { SaturatedBanner } from "../components/health";
import { StartForm } from "../components/start-form";
import { Tabs } from "../components/tabs";
import * as store from "../store";
import { readTemplate, type TemplateArgs } from "../template";
import { useTab } from "../use-tab";
import { zoom } from "../zoom";
import "../styles/all.css";

const template = readTemplate<TemplateArgs>("template-args");

function LivePage() {
  const run = store.run.value;
  const health = store.health.value;
  const total = store.total.value;
  if (!run || !health || !total) return <Waiting />;
  return <RunPage />;
}

function Waiting() {
  return (
    <p class="empty" role="status">
      {store.connection.value === "lost" ? "The server does not answer; trying again …" : "Loading the run …"}
    </p>
  );
}

function RunPage() {
  const run = store.run.value!;
  const workers = store.workers.value;
  const isDistributed = template.is_distributed ?? workers.length > 0;
  const [wantsNew, setWantsNew] = useState(false);
  const [isEditing, setEditing] = useState(false);
  // A test that is begun elsewhere, or by this form, ends the form; so does zooming into another run.
  useEffect(() => {
    setWantsNew(false);
    zoom.value = null;
  }, [run.number, run.started_at]);
  useEffect(() => {
    document.title = `${run.host || run.locustfile || "Katydid"} (${run.state}) · Katydid`;
  }, [run.host, run.state]);
  const showsForm = run.state === "ready" || (run.state === "stopped" && wantsNew);

  return (
    <>
      <RunHeader
        run={run}
        total={store.total.value!}
        health={store.health.value!}
        workers={workers}
        isDistributed={isDistributed}
        logoutUrl={template.logout_url}
        actions={
          <RunActions
            run={run}
            canEdit={run.shape === null || Boolean(template.shape_use_common_options)}
            isStarting={showsForm}
            onEdit={() => setEditing(true)}
            onNew={() => setWantsNew(true)}
          />
        }
      />
      <ConnectionStrip />
      <SaturatedBanner health={store.health.value!} workers={workers} />
      <main>
        {showsForm ? (
          <StartForm
            template={template}
            workerCount={workers.filter(({ state }) => state !== "missing").length}
            onStarted={() => setWantsNew(false)}
            onBack={run.state === "stopped" ? () => setWantsNew(false) : undefined}
          />
        ) : (
          <RunTabs isDistributed={isDistributed} />
        )}
      </main>
      {isEditing && <EditForm run={run} template={template} onClose={() => setEditing(false)} />}
    </>
  );
}

function ConnectionStrip() {
  if (store.connection.value !== "lost") return null;
  return (
    <div class="banner banner-lost" role="alert">
      Connection lost, trying again … What is shown may be out of date.
    </div>
  );
}

function RunTabs({ isDistributed }: { isDistributed: boolean }) {
  const items = liveTabs(template, isDistributed);
  const [tab, setTab] = useTab(items.map(({ key }) => key));
  const isNew = useNews(tab);
  useEffect(() => {
    store.topics.value = topicsOf(tab);
  }, [tab]);
  return (
    <Tabs items={items.map((item) => ({ ...item, isNew: isNew(item.key) }))} open={tab} onOpen={setTab}>
      <LivePanel tab={tab} template={template} />
    </Tabs>
  );
}

/** Which tabs have something that was not there when they were last open. */
function useNews(tab: string): (key: string) => boolean {
  const counts = store.counts.value;
  const now: Record<string, number> = {
    failures: counts.failures,
    exceptions: counts.exceptions,
    logViewer: counts.warnings + counts.errors,
    workers: store.losses.value.length,
  };
  const [seen, setSeen] = useState<Record<string, number>>({});
  useEffect(() => {
    // After a reset there is less than was seen; what comes then is new again.
    setSeen((before) => {
      const clamped = Object.entries(now).map(([key, count]) => [key, Math.min(before[key] ?? 0, count)]);
      return { ...Object.fromEntries(clamped), [tab]: now[tab] ?? 0 };
    });
  }, [tab, ...Object.values(now)]);
  return (key) => key !== tab && (now[key] ?? 0) > (seen[key] ?? 0);
}

store.connect();
render(<LivePage />, document.getElementById("page")!);
