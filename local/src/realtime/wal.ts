/**
 * Reads the rows inserted in `realtime.messages` from the write-ahead log, through a temporary logical replication
 * slot, and reconnects whenever the connection is lost or the stream ends. Rows committed without a connection are not
 * delivered, as with the real server, which also leaves nothing behind in the database.
 */
import { randomBytes } from "node:crypto";
import type { Client, Connection as PgConnection } from "pg";
import type { Connection } from "../database/connection.ts";
import { type KeptOpen, keepOpen } from "../database/keep-open.ts";
import { type InsertedRow, PgOutput } from "./pgoutput.ts";
import type { UserBroadcast } from "./serializer.ts";

export interface DatabaseBroadcast extends UserBroadcast {
  topic: string;
  private: boolean;
}

export interface WalOptions {
  db_url: string;
  onBroadcast(broadcast: DatabaseBroadcast): void;
  /** Called with false after a loss and with true when another connection streams. */
  onChange?(isOpen: boolean): void;
  /** Pings a server that is silent for this long, and drops it after as long again. */
  silenceMs: number;
  log(line: string): void;
}

const publication = "supabase_realtime_messages_publication";
const slotName = "supabase_realtime_messages_replication_slot";

/** Resolves when the first connection streams; rejects if it can't be made. Reconnects after later losses. */
export function readWal(options: WalOptions): Promise<KeptOpen> {
  const { db_url: dbUrl, onBroadcast, onChange, silenceMs, log } = options;
  return keepOpen({
    name: "Replication",
    dbUrl,
    connection: {
      application_name: "realtime_replication_connection",
      replication: "database",
    },
    async begin(connection) {
      await createPublication(connection.client);
      return startReplication(connection, createReader(onBroadcast, log), silenceMs);
    },
    ...(onChange && { onChange }),
    log,
  });
}

async function createPublication(client: Client): Promise<void> {
  const found = await client.query(`select 1 from pg_publication where pubname = '${publication}'`);
  if (found.rows.length > 0) return;
  await client.query(`create publication ${publication} for table realtime.messages`);
}

/** A copy in both directions. pg leaves it to listeners on its protocol messages. */
interface CopyConnection extends PgConnection {
  sendCopyFromChunk(chunk: Buffer): void;
}

type Read = (message: Buffer, answer: (message: Buffer) => void) => void;

async function startReplication(
  { client, ended }: Connection,
  read: Read,
  silenceMs: number,
): Promise<{ over: Promise<string> }> {
  // Unlike SQL, replication commands are only understood in capitals.
  const slot = `${slotName}_${randomBytes(4).toString("hex")}`;
  await client.query(
    `CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
  );
  const copy = client.connection as CopyConnection;
  const started = new Promise((resolve) => copy.once("replicationStart", resolve));
  let heard = true;
  copy.on("copyData", ({ chunk }) => {
    heard = true;
    read(chunk, (message) => copy.sendCopyFromChunk(message));
  });
  const streaming = client.query(
    `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '${publication}')`,
  );
  await Promise.race([started, streaming]);
  const { promise: silent, resolve: giveUp } = Promise.withResolvers<string>();
  const timer = setInterval(() => {
    if (!heard) giveUp(`the server was silent for ${2 * silenceMs} ms`);
    heard = false;
    copy.sendCopyFromChunk(standbyStatus(0n, askForAnswer));
  }, silenceMs).unref();
  // After an error Postgres leaves the connection open and sends no more, so treat that as an end.
  const over = Promise.race([
    streaming.then(
      () => "the server ended the stream",
      (error: Error) => error.message,
    ),
    silent,
    ended,
  ]);
  void over.then(() => clearInterval(timer));
  return { over };
}

const walData = 0x77;
const keepalive = 0x6b;
const walDataHeaderBytes = 25;

function createReader(onBroadcast: WalOptions["onBroadcast"], log: WalOptions["log"]): Read {
  const pgoutput = new PgOutput();
  return (message, answer) => {
    // Confirm exactly the position sent: a server that shuts down waits until its position and ours are equal.
    if (message[0] === keepalive) answer(standbyStatus(message.readBigUInt64BE(1)));
    if (message[0] !== walData) return;
    try {
      const row = pgoutput.read(message.subarray(walDataHeaderBytes));
      if (row && isMessagesTable(row)) onBroadcast(toBroadcast(row));
    } catch (error) {
      log(`UnableToBroadcastChanges: ${(error as Error).message}`);
    }
  };
}

/** Partitions are published under their own names, `messages_2026_11_22`. */
function isMessagesTable({ schema, table }: InsertedRow): boolean {
  return schema === "realtime" && table.startsWith("messages");
}

function toBroadcast({ values }: InsertedRow): DatabaseBroadcast {
  const text = (column: string) => {
    const value = values.get(column);
    if (!value) throw new Error(`${column}_missing`);
    return value.toString("utf8");
  };
  const base = {
    event: text("event"),
    meta: { id: text("id") },
    topic: text("topic"),
    private: text("private") === "t",
  };
  const binary = values.get("binary_payload");
  if (binary) return { ...base, encoding: "binary", body: fromBytea(binary) };
  const json = values.get("payload");
  if (!json) throw new Error("payload_missing");
  return { ...base, encoding: "json", body: json };
}

/** Postgres writes a bytea as `\x` and hexadecimal digits. */
function fromBytea(text: Buffer): Buffer {
  return Buffer.from(text.toString("latin1", 2), "hex");
}

const askForAnswer = 1;

/** Position 0 confirms nothing. */
function standbyStatus(position: bigint, ask = 0): Buffer {
  const message = Buffer.alloc(34);
  message.write("r", 0, "latin1");
  for (const offset of [1, 9, 17]) message.writeBigUInt64BE(position, offset);
  message.writeBigUInt64BE(BigInt(Date.now() - Date.UTC(2000, 0, 1)) * 1000n, 25);
  message[33] = ask;
  return message;
}
