// npm run mock -- --port 8089 --entries 500 --history 21600 --workers 200 --saturated --state ready --picker --login
import { parseArgs } from "node:util";
import { serve } from "./mock-server.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8089" },
    entries: { type: "string", default: "12" },
    history: { type: "string", default: "300" },
    workers: { type: "string", default: "0" },
    state: { type: "string", default: "running" },
    base: { type: "string", default: "/" },
    saturated: { type: "boolean", default: false },
    distributed: { type: "boolean", default: false },
    picker: { type: "boolean", default: false },
    login: { type: "boolean", default: false },
  },
});
const numbers = Object.fromEntries(["port", "entries", "history", "workers"].map((name) => [name, Number(values[name])]));
console.log(`${(await serve({ ...values, ...numbers })).address}`);
