import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Links as plain `assets/...`, without `crossorigin`, as the server's template expects them. */
function plainLinks(): Plugin {
  return {
    name: "plain-links",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const page of Object.values(bundle)) {
        if (page.type !== "asset" || !page.fileName.endsWith(".html")) continue;
        const html = String(page.source).replace(/ crossorigin/g, "");
        page.source = html.replace(/(src|href)="\.\/assets\//g, '$1="assets/');
      }
    },
  };
}

/** Puts the script and the style of a page into the page: a report is one file that needs nothing else. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const page of Object.values(bundle)) {
        if (page.type !== "asset" || !page.fileName.endsWith(".html")) continue;
        let html = String(page.source);
        for (const [name, part] of Object.entries(bundle)) {
          const link = new RegExp(`<(script|link)[^>]*(src|href)="[./]*${name}"[^>]*>(</script>)?`);
          if (!link.test(html)) continue;
          html = html.replace(link, () => inlined(part));
          delete bundle[name];
        }
        page.source = html;
      }
    },
  };
}

function inlined(part: { type: "chunk"; code: string } | { type: "asset"; source: string | Uint8Array }): string {
  if (part.type === "asset") return `<style>${String(part.source)}</style>`;
  // A closing tag inside a string would end the script for the HTML parser.
  return `<script type="module">${part.code.replace(/<\/script|<!--/gi, (found) => `\\x3c${found.slice(1)}`)}</script>`;
}

/** Pages of one file, each with a build of its own, so that they share no parts: `vite build --mode report`. */
const ONE_FILE = ["report", "compare"];

export default defineConfig(({ mode }) => {
  const isOneFile = ONE_FILE.includes(mode);
  return {
    base: "./",
    esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
    plugins: [plainLinks(), ...(isOneFile ? [oneFile()] : [])],
    build: {
      target: "es2022",
      // The builds share `dist`; only the first one empties it.
      emptyOutDir: !isOneFile,
      modulePreload: false,
      assetsInlineLimit: isOneFile ? 1e6 : 0,
      rollupOptions: { input: isOneFile ? [`${mode}.html`] : ["index.html", "auth.html"] },
    },
    test: { include: ["src/**/*.test.ts"] },
  };
});
