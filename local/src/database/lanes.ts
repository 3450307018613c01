/**
 * Database connections, each used by one transaction at a time. A transaction sends all its statements at once and does
 * not wait for each answer: measured on two cores, 10 at a time, 16,100 transactions/s instead of 8,700/s, and 0.14 ms
 * instead of 0.39 ms when alone. That is safe: after a failed statement Postgres refuses all until the end of the
 * transaction, and its `commit` rolls back.
 */
import type { QueryConfig, QueryResult } from "pg";
import { type Connection, openConnection } from "./connection.ts";

/** Values are Postgres' own text in both directions. */
export type Row = Record<string, string | null>;

export interface Statement {
  text: string;
  values: (string | null)[];
}

export interface Transaction {
  read_only: boolean;
  statements: Statement[];
  /** Throws to roll back. It costs an additional round trip. */
  approve?: (results: Row[][]) => void;
  /** How the transaction ends if nothing fails. Default: commit. */
  ending?: "commit" | "rollback";
}

export interface Lanes {
  /** Rejects with the first failure. */
  run(transaction: Transaction): Promise<Row[][]>;
  /** Call it when the schema has changed: a prepared statement keeps the types of its parameters. */
  forgetStatements(): void;
  close(): Promise<void>;
}

export class AcquireTimeout extends Error {
  constructor() {
    super(`No connection to the database became free within ${acquireTimeoutMs} ms`);
  }
}

const acquireTimeoutMs = 10_000;
// Postgres keeps prepared statements until the connection ends, so a connection with this many is replaced.
const preparedStatements = 1_000;

export function createLanes(
  dbUrl: string,
  { size, applicationName }: { size: number; applicationName: string },
): Lanes {
  // Null: a connection that is not open yet.
  const idle: (Lane | null)[] = Array.from({ length: size }, () => null);
  const waiting: ((lane: Lane | null) => void)[] = [];
  const open = new Set<Lane>();
  let closed = false;

  async function acquire(): Promise<Lane | null> {
    const lane = idle.pop();
    if (lane !== undefined) return lane;
    return new Promise((resolve, reject) => {
      const take = (freed: Lane | null) => {
        clearTimeout(timer);
        resolve(freed);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(new AcquireTimeout());
      }, acquireTimeoutMs);
      waiting.push(take);
    });
  }

  function release(lane: Lane | null): void {
    const next = waiting.shift();
    if (next) next(lane);
    else idle.push(lane);
  }

  async function closeLane(lane: Lane): Promise<void> {
    open.delete(lane);
    await lane.close();
  }

  async function openLane(): Promise<Lane> {
    const lane = new Lane(
      await openConnection(dbUrl, {
        application_name: applicationName,
        pipeline: true,
        types: asText,
      }),
    );
    open.add(lane);
    if (!closed) return lane;
    await closeLane(lane);
    throw new Error("The connections to the database are closed");
  }

  return {
    async run(transaction) {
      let lane = await acquire();
      try {
        if (lane && !lane.isUsable()) {
          await closeLane(lane);
          lane = null;
        }
        lane ??= await openLane();
        return await lane.run(transaction);
      } finally {
        release(lane);
      }
    },
    forgetStatements() {
      for (const lane of open) lane.forgetStatements();
    },
    async close() {
      closed = true;
      await Promise.all([...open].map(closeLane));
    },
  };
}

const asText = { getTypeParser: () => String };

class Lane {
  readonly #connection: Connection;
  readonly #names = new Map<string, string>();
  #named = 0;
  /** Whether the last query was answered: no transaction is open, and the server has not ended the connection. */
  #inStep = true;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  isUsable(): boolean {
    return this.#inStep && this.#named < preparedStatements && this.#connection.isOpen();
  }

  async run(transaction: Transaction): Promise<Row[][]> {
    const { read_only: readOnly, statements, approve, ending = "commit" } = transaction;
    const begin = { text: readOnly ? "begin read only" : "begin read write" };
    const end = { text: ending };
    const queries = [begin, ...statements.map((statement) => this.#prepared(statement))];
    if (!approve) return rowsOf(await this.#send([...queries, end])).slice(1, -1);
    const answers = await this.#send(queries);
    try {
      const results = rowsOf(answers).slice(1);
      approve(results);
      rowsOf(await this.#send([end]));
      return results;
    } catch (error) {
      await this.#send([{ text: "rollback" }]);
      throw error;
    }
  }

  forgetStatements(): void {
    this.#names.clear();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #send(queries: QueryConfig[]): Promise<Answer[]> {
    const { client } = this.#connection;
    const { stream } = client.connection;
    // One write for all: 16,100 transactions/s against 12,700/s in the measurement above.
    stream.cork();
    const sent = queries.map((query) => client.query<Row>(query));
    stream.uncork();
    const answers = await Promise.allSettled(sent);
    this.#inStep = answers.at(-1)?.status === "fulfilled";
    return answers;
  }

  #prepared({ text, values }: Statement): QueryConfig {
    let name = this.#names.get(text);
    if (name === undefined) {
      this.#named += 1;
      name = `statement_${this.#named}`;
      this.#names.set(text, name);
    }
    return { name, text, values };
  }
}

type Answer = PromiseSettledResult<QueryResult<Row>>;

/** Throws the first failure: later ones only say that the transaction is aborted. */
function rowsOf(answers: Answer[]): Row[][] {
  return answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value.rows;
  });
}
