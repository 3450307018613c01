import type { ThoughtType } from "@kulti/protocol";
import { type_icons } from "./icons.ts";

export function TypeWord({ type }: { type: ThoughtType }) {
  // A type of a later version of the contract is shown by its word alone.
  const Icon = type_icons[type];
  return (
    <span className="type-word">
      {Icon && <Icon className="icon" aria-hidden="true" />}
      {type}
    </span>
  );
}
