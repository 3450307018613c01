/**
 * An append-mostly list that shares its structure between versions: a push or a set copies one chunk of 256 items, one
 * group of 256 chunks and the list of groups, so that folding a long session stays linear and old states stay valid.
 */
const width = 256;

type Chunk<T> = readonly T[];
type Group<T> = readonly Chunk<T>[];

export class List<T> implements Iterable<T> {
  static readonly empty: List<never> = new List<never>([], 0);

  readonly length: number;
  readonly #groups: readonly Group<T>[];

  private constructor(groups: readonly Group<T>[], length: number) {
    this.#groups = groups;
    this.length = length;
  }

  static from<T>(items: Iterable<T>): List<T> {
    const all = [...items];
    return new List(inPieces(inPieces(all)), all.length);
  }

  static concat<T>(list: List<T>, items: readonly T[]): List<T> {
    if (list.length === 0) return List.from(items);
    let all = list;
    for (const item of items) all = all.push(item);
    return all;
  }

  get(index: number): T | undefined {
    return this.#chunk(Math.floor(index / width))?.[index % width];
  }

  get last(): T | undefined {
    return this.get(this.length - 1);
  }

  push(item: T): List<T> {
    return this.#put(this.length, item, this.length + 1);
  }

  set(index: number, item: T): List<T> {
    if (index < 0 || index >= this.length) {
      throw new RangeError(`Cannot set item ${index}: the list has ${this.length} items.`);
    }
    return this.#put(index, item, this.length);
  }

  #chunk(at: number): Chunk<T> | undefined {
    return this.#groups[Math.floor(at / width)]?.[at % width];
  }

  #put(index: number, item: T, length: number): List<T> {
    const at = Math.floor(index / width);
    const groupAt = Math.floor(at / width);
    const chunk = put(this.#chunk(at) ?? [], index % width, item);
    const group = put(this.#groups[groupAt] ?? [], at % width, chunk);
    return new List(put(this.#groups, groupAt, group), length);
  }

  slice(start: number, end: number = this.length): T[] {
    const items: T[] = [];
    for (let index = Math.max(0, start); index < Math.min(end, this.length); index++) {
      items.push(this.get(index) as T);
    }
    return items;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const group of this.#groups) for (const chunk of group) yield* chunk;
  }

  toJSON(): T[] {
    return [...this];
  }
}

/** A copy with the item at that index, which may be one past the end. */
const put = <T>(items: readonly T[], at: number, item: T): readonly T[] =>
  at === items.length ? [...items, item] : items.with(at, item);

function inPieces<T>(items: readonly T[]): (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += width) pieces.push(items.slice(at, at + width));
  return pieces;
}
