// A uPlot in the page: made, resized, redrawn in other colours and taken away again.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../theme";

export interface PlotProps {
  /** Asked for anew whenever the structure or the theme changes. */
  options: () => Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  /** Names what cannot be changed in a plot that exists, as its series. */
  structure: string;
  /** Names what is drawn besides the data, as the span of time that is shown. */
  view?: string;
  height: number;
  label: string;
  onPlot?: (plot: uPlot | null) => void;
}

function useInSight(place: { current: HTMLDivElement | null }): boolean {
  const [isInSight, setInSight] = useState(true);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setInSight(entry!.isIntersecting), { rootMargin: "80px" });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return isInSight;
}

export function Plot({ options, data, structure, view, height, label, onPlot }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef<{ data: uPlot.AlignedData; view: string } | null>(null);

  useLayoutEffect(() => {
    const element = place.current!;
    const width = Math.max(200, element.clientWidth);
    plot.current = new uPlot({ ...options(), width, height }, data, element);
    drawn.current = { data, view: `${view}` };
    onPlot?.(plot.current);
    const observer = new ResizeObserver(() => {
      const width = Math.max(200, element.clientWidth);
      if (plot.current && plot.current.width !== width) plot.current.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
      onPlot?.(null);
    };
  }, [structure, theme.value, height]);

  // A chart that is scrolled out of sight is drawn once it comes into sight.
  const isInSight = useInSight(place);
  useLayoutEffect(() => {
    if (!isInSight) return;
    const now = `${view}`;
    if (drawn.current?.data === data && drawn.current.view === now) return;
    drawn.current = { data, view: now };
    plot.current?.setData(data);
  }, [data, view, isInSight]);

  // The place keeps its height, so that nothing below moves while a plot is made anew.
  return <div class={`plot plot-${height}`} ref={place} role="img" aria-label={label} />;
}
