// The span of time a page is zoomed into. A page has one, so that all of its charts show the same.
import { signal } from "@preact/signals";
import type { Span } from "./charts/time-window";

export const zoom = signal<Span | null>(null);
