/**
 * The outbox: what Cognito would send by e-mail or SMS is kept here for the console page and `/api/messages`.
 * This is the only place where a code is kept in clear beside the code table; nothing of it goes to the event stream.
 */
import type { UserPoolModel } from "../../model.ts";
import type { Platform, Store } from "../../platform.ts";

export type MessageKind =
  | "sign-up"
  | "resend-code"
  | "forgot-password"
  | "verify-attribute"
  | "admin-create-user"
  | "second-factor"
  | "sign-in";

export interface Message {
  /** An e-mail address, or a phone number for SMS. */
  to: string;
  /** Empty for SMS. */
  subject: string;
  body: string;
  /** `null` for a message without one, such as an invitation. */
  code: string | null;
  kind: MessageKind;
  /** ISO 8601 */
  sentAt: string;
}

/** Older messages than these are dropped: nobody reads them, and the file must not grow for ever. */
const kept = 10_000;

export interface Outbox {
  send(pool: UserPoolModel, message: Omit<Message, "sentAt">): void;
  /** Newest last, all pools. */
  list(): Message[];
}

export function outbox(platform: Platform): Outbox {
  const { db } = platform.store;
  const insert = db.prepare(
    "INSERT INTO cognito_messages (pool_id, recipient, subject, body, code, kind, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
  );
  const trim = db.prepare("DELETE FROM cognito_messages WHERE id <= ?");
  return {
    send(pool, { to, subject, body, code, kind }) {
      const at = platform.now();
      const { id } = insert.get(pool.id, to, subject, body, code, kind, at) as { id: number };
      if (id % 100 === 0) trim.run(id - kept);
      platform.emit({ kind: "mail", at, userPoolId: pool.id, to, subject, messageKind: kind });
    },
    list: () => listMessages(platform.store),
  };
}

function listMessages(store: Store): Message[] {
  const rows = store.db
    .prepare("SELECT recipient, subject, body, code, kind, sent_at FROM cognito_messages ORDER BY id")
    .all() as {
    recipient: string;
    subject: string;
    body: string;
    code: string | null;
    kind: MessageKind;
    sent_at: number;
  }[];
  return rows.map(({ recipient, sent_at, ...rest }) => ({
    to: recipient,
    subject: rest.subject,
    body: rest.body,
    code: rest.code,
    kind: rest.kind,
    sentAt: new Date(sent_at).toISOString(),
  }));
}
