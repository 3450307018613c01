import type { ThoughtType } from "@kulti/protocol";
import { typeIcons } from "../parts/icons.ts";

export function TypeWord({ type }: { type: ThoughtType }) {
  // A type from a later version of the contract has only its word.
  const Icon = typeIcons[type];
  return (
    <span className="type-word">
      {Icon && <Icon className="icon" aria-hidden="true" />}
      {type}
    </span>
  );
}
