#!/usr/bin/env node
// Old Node parses this too (no import.meta, no top-level await, nothing newer than dynamic import): a checkout and a project of
// `init` bring a Node of their own, which then runs it, and elsewhere it says in a line that it is too old.
// A package runs its bundle; so does a checkout, unless a source is newer than that.
const wanted = 24;
if (Number(process.versions.node.split(".")[0]) < wanted) startWithOwnNode();
else start(process.getBuiltinModule("node:fs"));

async function startWithOwnNode() {
  const { existsSync, realpathSync } = await import("node:fs");
  const script = realpathSync(process.argv[1]);
  const node = process.platform === "win32" ? "node.exe" : "node";
  const own = ["node_modules", ".."]
    .map((folder) => script.replace(/bin.demo-auth\.js$/, `${folder}/node/bin/${node}`))
    .find((file) => existsSync(file));
  if (own) return runOn(own);
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w./@:+=,-]+$/.test(word) ? word : `'${word.split("'").join("'\\''")}'`));
  process.stderr.write(
    `demo-auth needs Node ${wanted} or later; this is ${process.version}. See https://nodejs.org, or run it with one of its own: ` +
      `${["npx --package=node@24 --package=demo-auth demo-auth"].concat(words).join(" ")}\n`,
  );
  process.exitCode = 7;
}

/** Ends as that process ends. A terminal's Ctrl-C reaches both; other signals are handed on. */
async function runOn(node) {
  const { spawn } = await import("node:child_process");
  const child = spawn(node, process.execArgv.concat(process.argv.slice(1)), { stdio: "inherit" });
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function start(fs) {
  const root = fs.realpathSync(process.argv[1]).replace(/bin[^a-z]demo-auth\.js$/, "");
  const words = process.argv.slice(2).join(" ");
  if (words === "--version" || words === "-V") {
    process.stdout.on("error", ({ code, message }) => {
      if (code === "EPIPE") return;
      process.exitCode = 7;
      const next = "See how full it is, or send it elsewhere: df -h";
      process.stderr.write(`✗ Could not write to standard output: ${message}.\n  → ${next}\n`);
    });
    process.stdout.write(`${JSON.parse(fs.readFileSync(`${root}package.json`, "utf8")).version}\n`);
    return;
  }
  import(sourceIsNewer(fs, root) ? "../cli/main.ts" : "../dist/main.js");
}

function sourceIsNewer(fs, root) {
  const source = fs.statSync(`${root}cli`, { throwIfNoEntry: false });
  const bundle = fs.statSync(`${root}dist/main.js`, { throwIfNoEntry: false });
  if (!source || !bundle) return Boolean(source);
  return ["cli", "local", "package.json"].some(function newer(name) {
    const info = fs.statSync(root + name);
    if (info.mtimeMs > bundle.mtimeMs) return true;
    return info.isDirectory() && fs.readdirSync(root + name).some((entry) => newer(`${name}/${entry}`));
  });
}
