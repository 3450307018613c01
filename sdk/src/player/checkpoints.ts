/**
 * Snapshots of the past that are kept, so that a seek folds some events only. They share most of their structure
 * with each other; what each alone may keep alive are the versions of files that it shows, and these are counted: past
 * the budget every second checkpoint goes, and seeking takes twice as long instead of memory growing.
 */
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

export interface Checkpoints {
  /** `changed` are the names of the files that changed since the checkpoint before. */
  add(snapshot: Snapshot, changed: Iterable<string>): void;
  /** The last one at or before `seq`. */
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
