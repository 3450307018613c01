/**
 * Reads the few messages of Postgres' pgoutput plugin (protocol 1, text values) that rows of `realtime.messages`
 * need: the columns of a relation, and the values of an inserted row. It skips everything else.
 */
export interface InsertedRow {
  schema: string;
  table: string;
  /** A value is null when it is NULL; a column that is not in the row is absent. */
  values: Map<string, Buffer | null>;
}

interface Relation {
  schema: string;
  table: string;
  columns: string[];
}

const relation = 0x52;
const insert = 0x49;
const textValue = 0x74;

export class PgOutput {
  readonly #relations = new Map<number, Relation>();

  /** Returns the row when the message is an insert, else null. The values are slices of `message`. */
  read(message: Buffer): InsertedRow | null {
    if (message[0] === relation) this.#readRelation(message);
    return message[0] === insert ? this.#readInsert(message) : null;
  }

  #readRelation(message: Buffer): void {
    let at = 5;
    const text = () => {
      const end = message.indexOf(0, at);
      const value = message.toString("utf8", at, end);
      at = end + 1;
      return value;
    };
    const schema = text();
    const table = text();
    at += 1; // replica identity
    const count = message.readUInt16BE(at);
    at += 2;
    const columns = Array.from({ length: count }, () => {
      at += 1; // flags
      const name = text();
      at += 8; // type and its modifier
      return name;
    });
    this.#relations.set(message.readUInt32BE(1), { schema, table, columns });
  }

  #readInsert(message: Buffer): InsertedRow | null {
    const relation = this.#relations.get(message.readUInt32BE(1));
    if (!relation) return null;
    const values = new Map<string, Buffer | null>();
    let at = 8; // kind, relation, 'N', number of columns
    for (const name of relation.columns) {
      const kind = message[at];
      at += 1;
      if (kind !== textValue) {
        values.set(name, null);
        continue;
      }
      const end = at + 4 + message.readUInt32BE(at);
      values.set(name, message.subarray(at + 4, end));
      at = end;
    }
    return { schema: relation.schema, table: relation.table, values };
  }
}
