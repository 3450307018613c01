import { Moon, Sun } from "lucide-react";
import { useState } from "react";
import { chooseTheme, chosenTheme, otherTheme } from "../../frame/theme.ts";

export function ThemeToggle() {
  const [theme, setTheme] = useState(chosenTheme);
  const next = otherTheme(theme);
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <button
      type="button"
      className="tool-button"
      title={`Switch to ${next}`}
      aria-label={`Switch to the ${next} theme`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <Icon className="icon" />
    </button>
  );
}
