/**
 * Reads the rows inserted in `realtime.messages` from the write-ahead log, through a temporary logical replication
 * slot, and reconnects when the connection is lost. What is committed while there is no connection is not delivered,
 * as with the real server, which also leaves nothing behind in the database.
 */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { type InsertedRow, PgOutput } from "./pgoutput.ts";
import type { UserBroadcast } from "./serializer.ts";

export interface DatabaseBroadcast extends UserBroadcast {
  topic: string;
  private: boolean;
}

export interface WalOptions {
  db_url: string;
  on_broadcast(broadcast: DatabaseBroadcast): void;
  log(line: string): void;
}

export interface Wal {
  connected(): boolean;
  close(): Promise<void>;
}

const PUBLICATION = "supabase_realtime_messages_publication";
const SLOT = "supabase_realtime_messages_replication_slot";
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Resolves when the first connection streams; rejects when it can't be made. Later losses are repaired. */
export async function read_wal(options: WalOptions): Promise<Wal> {
  const closing = new AbortController();
  let stream: WalStream | null = await open_stream(options);
  const running = (async () => {
    let delay_ms = FIRST_DELAY_MS;
    while (!closing.signal.aborted) {
      if (stream) {
        await stream.ended;
        stream = null;
        delay_ms = FIRST_DELAY_MS;
        if (closing.signal.aborted) return;
        options.log("Replication connection lost, reconnecting");
      }
      await sleep(delay_ms * (0.5 + Math.random()), null, { signal: closing.signal }).catch(
        () => {},
      );
      delay_ms = Math.min(delay_ms * 2, MAX_DELAY_MS);
      if (closing.signal.aborted) return;
      stream = await open_stream(options).catch((error) => {
        options.log(`Replication connection could not be established: ${error.message}`);
        return null;
      });
      if (stream && closing.signal.aborted) await stream.close();
    }
  })();
  return {
    connected: () => stream !== null,
    async close() {
      closing.abort();
      await stream?.close();
      await running;
    },
  };
}

interface WalStream {
  /** Resolves, never rejects, when the stream is over. */
  ended: Promise<void>;
  close(): Promise<void>;
}

async function open_stream({ db_url, on_broadcast, log }: WalOptions): Promise<WalStream> {
  const sql = postgres(db_url, {
    max: 1,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => {},
    connection: {
      application_name: "realtime_replication_connection",
      replication: "database",
    } as Record<string, string>,
  });
  const end = () => sql.end({ timeout: 0 });
  try {
    // Unlike SQL, replication commands are only understood in capitals.
    const slot = `${SLOT}_${randomBytes(4).toString("hex")}`;
    await create_publication(sql);
    await sql.unsafe(
      `CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
    );
    const started = sql.unsafe(
      `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '${PUBLICATION}')`,
    );
    const stream = (await started.writable()) as Duplex; // it copies both ways
    const ended = new Promise<void>((resolve) => {
      stream.once("close", () => end().then(resolve, resolve));
    });
    stream.on("error", () => {}); // "close" follows
    stream.on("data", create_reader({ stream, on_broadcast, log }));
    return { ended, close: () => end().then(() => ended) };
  } catch (error) {
    await end();
    throw error;
  }
}

async function create_publication(sql: postgres.Sql): Promise<void> {
  const found = await sql.unsafe(`select 1 from pg_publication where pubname = '${PUBLICATION}'`);
  if (found.length > 0) return;
  await sql.unsafe(`create publication ${PUBLICATION} for table realtime.messages`);
}

const WAL_DATA = 0x77;
const KEEPALIVE = 0x6b;
const WAL_DATA_HEADER_BYTES = 25;

function create_reader(options: {
  stream: Duplex;
  on_broadcast: WalOptions["on_broadcast"];
  log: WalOptions["log"];
}) {
  const { stream, on_broadcast, log } = options;
  const pgoutput = new PgOutput();
  return (message: Buffer) => {
    // Exactly what was sent: a server that shuts down waits until its position and ours are equal.
    if (message[0] === KEEPALIVE) stream.write(standby_status(message.readBigUInt64BE(1)));
    if (message[0] !== WAL_DATA) return;
    try {
      const row = pgoutput.read(message.subarray(WAL_DATA_HEADER_BYTES));
      if (row && is_messages_table(row)) on_broadcast(to_broadcast(row));
    } catch (error) {
      log(`UnableToBroadcastChanges: ${(error as Error).message}`);
    }
  };
}

/** Partitions are published under their own names, `messages_2026_11_22`. */
function is_messages_table({ schema, table }: InsertedRow): boolean {
  return schema === "realtime" && table.startsWith("messages");
}

function to_broadcast({ values }: InsertedRow): DatabaseBroadcast {
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
  if (binary) return { ...base, encoding: "binary", body: from_bytea(binary) };
  const json = values.get("payload");
  if (!json) throw new Error("payload_missing");
  return { ...base, encoding: "json", body: json };
}

/** Postgres writes a bytea as `\x` and hexadecimal digits. */
function from_bytea(text: Buffer): Buffer {
  return Buffer.from(text.toString("latin1", 2), "hex");
}

function standby_status(position: bigint): Buffer {
  const message = Buffer.alloc(34);
  message.write("r", 0, "latin1");
  for (const offset of [1, 9, 17]) message.writeBigUInt64BE(position, offset);
  message.writeBigUInt64BE(BigInt(Date.now() - Date.UTC(2000, 0, 1)) * 1000n, 25);
  return message;
}
