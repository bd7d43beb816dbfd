// Which tab is open, kept in the address under Locust's key, so that a reload or a link opens it again.
import { useState } from "preact/hooks";

const KEY = "tab";

export function useTab(keys: string[]): [string, (key: string) => void] {
  const [chosen, setChosen] = useState(() => new URLSearchParams(location.search).get(KEY) ?? "");
  const open = (key: string) => {
    const query = new URLSearchParams(location.search);
    query.set(KEY, key);
    history.replaceState(null, "", `?${query}`);
    setChosen(key);
  };
  return [keys.includes(chosen) ? chosen : keys[0]!, open];
}
