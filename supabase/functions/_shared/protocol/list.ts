/**
 * An append-mostly list that shares its structure between versions: a push or a set copies one chunk of 256 items
 * and the list of chunks, so that folding 100,000 events stays linear and old states stay valid.
 */
const CHUNK = 256;

export class List<T> implements Iterable<T> {
  static readonly empty: List<never> = new List<never>([], 0);

  readonly length: number;
  readonly #chunks: readonly (readonly T[])[];

  private constructor(chunks: readonly (readonly T[])[], length: number) {
    this.#chunks = chunks;
    this.length = length;
  }

  static from<T>(items: Iterable<T>): List<T> {
    const all = [...items];
    const chunks: T[][] = [];
    for (let start = 0; start < all.length; start += CHUNK) {
      chunks.push(all.slice(start, start + CHUNK));
    }
    return new List(chunks, all.length);
  }

  static concat<T>(list: List<T>, items: readonly T[]): List<T> {
    if (list.length === 0) return List.from(items);
    let all = list;
    for (const item of items) all = all.push(item);
    return all;
  }

  get(index: number): T | undefined {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
  }

  get last(): T | undefined {
    return this.get(this.length - 1);
  }

  push(item: T): List<T> {
    const tail = this.length % CHUNK === 0 ? [] : (this.#chunks.at(-1) ?? []);
    const full = this.length % CHUNK === 0 ? this.#chunks : this.#chunks.slice(0, -1);
    return new List([...full, [...tail, item]], this.length + 1);
  }

  set(index: number, item: T): List<T> {
    if (index < 0 || index >= this.length) {
      throw new RangeError(`Cannot set item ${index}: the list has ${this.length} items.`);
    }
    const at = Math.floor(index / CHUNK);
    const chunks = [...this.#chunks];
    chunks[at] = (chunks[at] as readonly T[]).with(index % CHUNK, item);
    return new List(chunks, this.length);
  }

  slice(start: number, end: number = this.length): T[] {
    const items: T[] = [];
    for (let index = Math.max(0, start); index < Math.min(end, this.length); index++) {
      items.push(this.get(index) as T);
    }
    return items;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  toJSON(): T[] {
    return [...this];
  }
}
