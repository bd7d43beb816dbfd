import { beforeEach, expect, test, vi } from "vitest";
import { Stream, type Listener } from "./stream";

/** An event source whose events the test sends. */
class FakeEventSource {
  static all: FakeEventSource[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  private listeners = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeEventSource.all.push(this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  send(name: string, data: string) {
    this.listeners.get(name)?.({ data });
  }
  close() {
    this.isClosed = true;
  }
}

let listener: { [Name in keyof Listener]: ReturnType<typeof vi.fn> };
let stream: Stream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  FakeEventSource.all = [];
  listener = { opened: vi.fn(), lost: vi.fn(), received: vi.fn() };
  stream = new Stream(listener as unknown as Listener);
  stream.open({ entry: null, topics: [] });
});

const sources = () => FakeEventSource.all;

test("what is asked for stands in the address", () => {
  stream.change({ entry: 3, topics: ["failures", "logs"] });
  expect(sources().map(({ url }) => url)).toEqual(["live/events", "live/events?entry=3&with=failures,logs"]);
});

test("the old connection ends when the new one stands, without asking for the run anew", () => {
  sources()[0]!.onopen!();
  stream.change({ entry: 3, topics: [] });
  expect(sources()[0]!.isClosed).toBe(false);
  sources()[1]!.onopen!();
  expect(sources()[0]!.isClosed).toBe(true);
  expect(listener.opened).toHaveBeenCalledTimes(1);
  sources()[1]!.send("tick", "{}");
  expect(listener.received).toHaveBeenCalledWith("tick", "{}");
});

test("the same wish changes nothing", () => {
  stream.change({ entry: null, topics: [] });
  expect(sources().length).toBe(1);
});

test("a lost connection is tried again, each time after a longer wait", () => {
  sources()[0]!.onerror!();
  expect(listener.lost).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(500);
  sources()[1]!.onerror!();
  vi.advanceTimersByTime(500);
  expect(sources().length).toBe(2);
  vi.advanceTimersByTime(500);
  expect(sources().length).toBe(3);
  sources()[2]!.onopen!();
  expect(listener.opened).toHaveBeenCalledTimes(1);
});
