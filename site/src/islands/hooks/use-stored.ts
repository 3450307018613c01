import { useState } from "react";
import { remember, remembered } from "../../visit/identity.ts";

/** State that this browser remembers. */
export function useStored(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => remembered(key) ?? initial);
  return [
    value,
    (next) => {
      remember(key, next);
      setValue(next);
    },
  ];
}
