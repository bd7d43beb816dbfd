// What an exception is called in a list.
import type { TaskException } from "./record";

/** The last line of a traceback names the class as well, which the message alone does not: "boom" of what? */
export function exceptionTitle({ message, traceback }: TaskException): string {
  const last = traceback.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return last.includes(message) ? last : message;
}
