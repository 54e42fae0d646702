#!/usr/bin/env node
// Parses on any Node, so that one that is too old says so in a line. A checkout runs its sources, a package its bundle.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "demo-auth needs Node 24 or later; this is " +
      process.version +
      ". Install it from https://nodejs.org, or run: npx -p node@24 demo-auth\n",
  );
  process.exitCode = 7;
} else {
  import("node:fs").then((fs) => {
    var source = new URL("../cli/main.ts", import.meta.url);
    return import(fs.existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
  });
}
