import { Moon, Sun } from "lucide-react";
import { useState } from "react";
import { choose_theme, chosen_theme, other_theme } from "../player/theme.ts";

export function ThemeToggle() {
  const [theme, set_theme] = useState(chosen_theme);
  const next = other_theme(theme);
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <button
      type="button"
      className="tool-button"
      title={`Switch to ${next}`}
      aria-label={`Switch to the ${next} theme`}
      onClick={() => {
        choose_theme(next);
        set_theme(next);
      }}
    >
      <Icon className="icon" />
    </button>
  );
}
