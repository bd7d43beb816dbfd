// The stream of events: connecting, changing what is asked for, connecting again. Does not read what comes.

export const TOPICS = ["failures", "exceptions", "ratio", "logs"] as const;
export type Topic = (typeof TOPICS)[number];
export const EVENTS = ["tick", "entry", "run", ...TOPICS] as const;
export type EventName = (typeof EVENTS)[number];

export interface Request {
  entry: number | null;
  topics: Topic[];
}

export interface Listener {
  /** A connection stands that does not continue another: what was missed has to be asked for. */
  opened: () => void;
  lost: () => void;
  received: (name: EventName, data: string) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

export class Stream {
  private current: EventSource | null = null;
  private next: EventSource | null = null;
  private request: Request = { entry: null, topics: [] };
  private waitMs = FIRST_WAIT_MS;

  constructor(private readonly listener: Listener) {}

  open(request: Request): void {
    this.request = request;
    this.current?.close();
    this.current = this.connect(() => this.listener.opened());
  }

  /** Asks for something else. The old connection ends when the new one stands, so that nothing is missed between. */
  change(request: Request): void {
    if (addressOf(request) === addressOf(this.request)) return;
    this.request = request;
    this.next?.close();
    const next = this.connect(() => {
      if (this.next !== next) return;
      this.current?.close();
      this.current = next;
      this.next = null;
    });
    this.next = next;
  }

  private connect(onOpen: () => void): EventSource {
    const source = new EventSource(addressOf(this.request));
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => this.listener.received(name, (event as MessageEvent<string>).data));
    }
    source.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      onOpen();
    };
    source.onerror = () => this.failed(source);
    return source;
  }

  /** The browser's own way of connecting again gives up on an error status, so that it is done here. */
  private failed(source: EventSource): void {
    source.close();
    if (source !== this.current && source !== this.next) return;
    this.current?.close();
    this.next?.close();
    this.current = this.next = null;
    this.listener.lost();
    setTimeout(() => {
      if (this.current === null) this.open(this.request);
    }, this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }
}

function addressOf({ entry, topics }: Request): string {
  const query = new URLSearchParams();
  if (entry !== null) query.set("entry", String(entry));
  if (topics.length > 0) query.set("with", topics.join(","));
  const text = query.toString().replaceAll("%2C", ",");
  return text === "" ? "live/events" : `live/events?${text}`;
}
