/** For tests: statements as templates, whose values become parameters. Answers the rows. */
import { Pool, type QueryResultRow } from "pg";

export interface Sql {
  <T extends QueryResultRow>(text: TemplateStringsArray, ...values: unknown[]): Promise<T[]>;
  query<T extends QueryResultRow>(text: string): Promise<T[]>;
  end(): Promise<void>;
}

export function connectSql(dbUrl: string, connections = 2): Sql {
  const pool = new Pool({ connectionString: dbUrl, max: connections });
  // A test may end the server, or cut all its connections.
  pool.on("error", () => {});
  const sql = async (texts: TemplateStringsArray, ...values: unknown[]) => {
    const text = texts.reduce((all, next, n) => `${all}$${n}${next}`);
    return (await pool.query(text, values)).rows;
  };
  return Object.assign(sql, {
    query: async (text: string) => (await pool.query(text)).rows,
    end: () => pool.end(),
  });
}
