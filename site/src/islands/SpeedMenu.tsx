import { Check } from "lucide-react";
import { rate_of, speeds } from "../player/control.ts";
import { Menu } from "./Menu.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";

const speed_text = (speed: number): string => `${speed}×`.replace("0.5", "½");

/** How fast, whether idle stretches are shortened, and where the keys are explained. */
export function SpeedMenu({ show_help }: { show_help: () => void }) {
  const player = usePlayer();
  const speed = useSlice((state) => state.control.speed);
  const rate = useSlice((state) => rate_of(state.control));
  const skips_idle = useSlice((state) => state.control.skips_idle);
  return (
    <Menu
      face={<span className="figure">{speed_text(rate)}</span>}
      title="Speed"
      label="Speed"
      test_id="speed"
      className="speed"
      data={{ "data-speed": speed }}
    >
      {(close) => (
        <>
          <fieldset className="speeds">
            <legend>Speed</legend>
            {speeds.map((one) => (
              <button
                key={one}
                type="button"
                className="figure"
                aria-current={one === speed}
                onClick={() => {
                  player.send({ kind: "speed", speed: one });
                  close();
                }}
              >
                {speed_text(one)}
              </button>
            ))}
          </fieldset>
          <button
            type="button"
            className="menu-entry"
            role="switch"
            aria-checked={skips_idle}
            data-testid="idle"
            onClick={() => player.send({ kind: "idle", skips: !skips_idle })}
          >
            <span className="menu-check">{skips_idle && <Check className="icon" />}</span>
            Shorten idle stretches
          </button>
          <button
            type="button"
            className="menu-entry"
            onClick={() => {
              close();
              show_help();
            }}
          >
            <span className="menu-check" />
            Keys <kbd>?</kbd>
          </button>
        </>
      )}
    </Menu>
  );
}
