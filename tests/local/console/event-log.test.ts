import assert from "node:assert/strict";
import { EventLog } from "../../../local/console/event-log.ts";

describe("the log of events", () => {
  const mail = (at: number) =>
    ({ kind: "mail", at, userPoolId: "pool", to: "ada@example.com", subject: "", messageKind: "" }) as const;

  it("keeps the newest, oldest first, however many there were", () => {
    const log = new EventLog();
    for (let at = 0; at < 5000; at++) log.emit(mail(at));
    const kept = log.recent().map(({ at }) => at);
    assert.ok(kept.length >= 100 && kept.length < 1000);
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, index) => 5000 - kept.length + index),
    );
  });

  it("tells everything to whoever listens, until they stop", () => {
    const log = new EventLog();
    const heard: number[] = [];
    const stop = log.subscribe(({ at }) => heard.push(at));
    log.emit(mail(1));
    stop();
    log.emit(mail(2));
    assert.deepEqual(heard, [1]);
  });
});
