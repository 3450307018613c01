/**
 * Keeps snapshots of the past, so that a seek folds only some events. Snapshots share most of their structure. The
 * versions of files may belong to one snapshot alone, so only these count as its size. Above the budget, every second
 * checkpoint is dropped: memory stays bounded, and a seek takes twice as long.
 */
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

export interface Checkpoints {
  /** `changed` holds the names of the files that changed since the previous checkpoint. */
  add(snapshot: Snapshot, changed: Iterable<string>): void;
  /** The last snapshot at or before `seq`. */
  before(seq: number): Snapshot;
  readonly length: number;
  readonly bytes: number;
}

interface Checkpoint {
  snapshot: Snapshot;
  bytes: number;
}

export function createCheckpoints(budgetBytes: number): Checkpoints {
  let kept: Checkpoint[] = [{ snapshot: emptySnapshot, bytes: 0 }];
  let bytes = 0;

  const thin = () => {
    kept = kept.filter((_, index) => index % 2 === 0);
    bytes = kept.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
  };

  return {
    add(snapshot, changed) {
      const size = bytesOf(snapshot, changed);
      kept.push({ snapshot, bytes: size });
      bytes += size;
      while (bytes > budgetBytes && kept.length > 2) thin();
    },
    before(seq) {
      let [low, high] = [0, kept.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((kept[middle] as Checkpoint).snapshot.stage.seq <= seq) low = middle + 1;
        else high = middle;
      }
      return kept[low - 1]?.snapshot ?? emptySnapshot;
    },
    get length() {
      return kept.length;
    },
    get bytes() {
      return bytes;
    },
  };
}

function bytesOf({ stage }: Snapshot, changed: Iterable<string>): number {
  let characters = 0;
  for (const filename of changed) {
    const file = stage.files.get(filename);
    characters += (file?.content?.length ?? 0) + (file?.previous_content?.length ?? 0);
  }
  return 2 * characters;
}
