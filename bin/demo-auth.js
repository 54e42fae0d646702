#!/usr/bin/env node
// Old Node parses this too (no import.meta, no newer syntax), so that it can say in a line that it is too old.
// A package runs its bundle; so does a checkout, unless a source is newer than that.
const wanted = 24;
if (Number(process.versions.node.split(".")[0]) < wanted) {
  process.stderr.write(`demo-auth needs Node ${wanted} or later; this is ${process.version}. See https://nodejs.org\n`);
  process.exitCode = 7;
} else {
  start(process.getBuiltinModule("node:fs"));
}

function start(fs) {
  const root = fs.realpathSync(process.argv[1]).replace(/bin[^a-z]demo-auth\.js$/, "");
  const words = process.argv.slice(2).join(" ");
  if (words === "--version" || words === "-V") {
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
