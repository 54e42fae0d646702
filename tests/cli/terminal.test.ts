/** What a person at a terminal gets: pasting in raw mode, readable and harmless answers, hints where no browser can open. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { buildProgram } from "../../cli/program.ts";
import { noBrowserReason } from "../../cli/shared/browser.ts";
import { readPastes, splitPaste } from "../../cli/shared/hidden-lines.ts";
import { duration, safeText } from "../../cli/shared/text.ts";
import { type Bench, openBench } from "./support/cli.ts";
import { user } from "./support/fake-cognito.ts";
import { testWorld } from "./support/world.ts";

describe("pasting at a terminal", () => {
  function terminal() {
    const modes: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
    const signals: string[] = [];
    const lines: string[] = [];
    const reader = readPastes({ stdin, dieBySignal: (signal) => void signals.push(signal) }, (line) =>
      lines.push(line),
    );
    const type = async (text: string) => {
      stdin.write(text);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { modes, signals, lines, reader, type };
  }

  it("takes an address that is longer than a terminal's line, in raw mode, and gives the terminal back", async () => {
    const { modes, lines, reader, type } = terminal();
    const address = `http://127.0.0.1:47810/callback#id_token=${"x".repeat(6000)}`;
    for (let at = 0; at < address.length; at += 1000) await type(address.slice(at, at + 1000));
    await type("\r");
    deepEqual(lines, [address]);
    reader.close();
    deepEqual(modes, [true, false]);
  });

  it("takes off the marks of a bracketed paste, and corrects with backspace", async () => {
    const { lines, type } = terminal();
    await type("\u001b[200~#state=abc\u001b[201~d\u007f\r");
    deepEqual(lines, ["#state=abc"]);
  });

  it("ends as a signal would on Ctrl-C, after giving the terminal back", async () => {
    const { modes, signals, lines, type } = terminal();
    await type("#state=\u0003");
    deepEqual([modes, signals, lines], [[true, false], ["SIGINT"], []]);
  });

  it("finds query and fragment in whatever part of the address is pasted", () => {
    deepEqual(splitPaste("http://localhost:1/cb?code=a&state=b"), { query: "?code=a&state=b", fragment: "" });
    deepEqual(splitPaste("http://localhost:1/cb#state=b"), { query: "", fragment: "#state=b" });
    deepEqual(splitPaste("?code=a"), { query: "?code=a", fragment: "" });
    deepEqual(splitPaste("id_token=a&state=b"), { query: "", fragment: "id_token=a&state=b" });
  });
});

describe("answers at a terminal", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    await bench.signIn();
  });
  after(() => bench.close());

  const call = async (...args: string[]) => {
    const world = testWorld(bench.home, { workingDirectory: bench.directory });
    world.stdout.isTTY = true;
    await buildProgram(world)
      .parseAsync(["call", ...args], { from: "user" })
      .catch(() => undefined);
    return world.written.stdout;
  };

  it("lays JSON out for reading", async () => {
    match(await call("/transactions", "--no-color"), /^\{\n {2}"user": ".*",\n {2}"method": "GET",/);
    const [, first = ""] = (await call("/transactions")).split("\n");
    equal(first, `  \u001b[36m"user"\u001b[39m: \u001b[32m"${user.sub}"\u001b[39m,`);
  });

  it("takes escape sequences out of an answer, unless --raw asks for them", async () => {
    equal(await call("/odd"), "red \n");
    equal(await call("/odd", "--raw"), "\u001b[31mred\u001b[0m\u0007\n");
  });
});

describe("where no browser can open", () => {
  const at = (env: Record<string, string>, platform: NodeJS.Platform = "linux") => noBrowserReason({ env, platform });

  it("knows SSH, CI, and machines without a display", () => {
    equal(at({ SSH_CONNECTION: "a", DISPLAY: ":0" }), "ssh");
    equal(at({ CI: "true", DISPLAY: ":0" }), "ci");
    equal(at({ DISPLAY: ":0" }), undefined);
    equal(at({ WAYLAND_DISPLAY: "wayland-0" }), undefined);
    ok(["display", "container"].includes(at({})!));
    equal(at({}, "darwin"), undefined);
    equal(at({ CI: "false" }, "darwin"), undefined);
    equal(at({ WSL_DISTRO_NAME: "Ubuntu" }), undefined);
  });
});

describe("text from elsewhere", () => {
  it("loses control characters, overrides and excess", () => {
    equal(safeText("a\u001b]0;title\u0007b\u009b1mc\u202ed\r\ne"), "abc d e");
    equal(safeText("x".repeat(600)).length, 501);
  });

  it("tells durations in the largest unit that fits", () => {
    deepEqual([100, 59_000, 61_000, 3_600_000, 7_200_000, 200_000_000].map(duration), [
      "1 second",
      "59 seconds",
      "1 minute",
      "60 minutes",
      "2 hours",
      "2 days",
    ]);
  });
});
