/**
 * The way in when the browser runs on another machine: the person pastes the address it was sent to. An implicit
 * redirect is 2–4 KB and a terminal line ends at 4095 bytes (1024 on macOS), so a terminal is read in raw mode.
 * Nothing that is pasted is echoed.
 */
import { StringDecoder } from "node:string_decoder";
import type { World } from "./world.ts";

export interface PasteReader {
  close(): void;
}

/**
 * Hands every pasted line to `onLine` until closed. Ctrl-C ends the process as a signal would, because raw mode takes
 * that work from the terminal.
 */
export function readPastes(world: Pick<World, "stdin" | "dieBySignal">, onLine: (line: string) => void): PasteReader {
  const { stdin } = world;
  const raw = stdin.isTTY === true && stdin.setRawMode !== undefined;
  const decoder = new StringDecoder("utf8");
  let line = "";
  const close = () => {
    stdin.off("data", onData);
    if (raw) stdin.setRawMode?.(false);
    stdin.pause();
    (stdin as { unref?(): void }).unref?.();
  };
  const onData = (chunk: Buffer | string) => {
    const text = typeof chunk === "string" ? chunk : decoder.write(chunk);
    // Terminals wrap a paste in ESC[200~ … ESC[201~ when asked to; some do it unasked.
    for (const character of text.replace(/\u001b\[20[01]~/g, "")) {
      if (raw && character === "\u0003") {
        close();
        world.dieBySignal("SIGINT");
        return;
      }
      if (character === "\r" || character === "\n") {
        if (line.trim() !== "") onLine(line.trim());
        line = "";
      } else if (character === "\u007f" || character === "\b") line = line.slice(0, -1);
      else if (line.length < 65_536) line += character;
    }
  };
  if (raw) stdin.setRawMode?.(true);
  stdin.on("data", onData);
  stdin.resume();
  return { close };
}

/** Query and fragment of a pasted address, or of only the part after `?` or `#`. */
export function splitPaste(text: string): { query: string; fragment: string } {
  const url = URL.parse(text);
  if (url?.protocol.startsWith("http")) return { query: url.search, fragment: url.hash };
  return text.startsWith("?") ? { query: text, fragment: "" } : { query: "", fragment: text };
}
