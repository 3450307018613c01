import { keyHelp } from "kulti/player";
import { X } from "lucide-react";
import { Fragment, type RefObject } from "react";

export function HelpDialog({ ref }: { ref: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog className="help" ref={ref} aria-labelledby="help-title" data-testid="help">
      <form method="dialog" className="help-bar">
        <h2 id="help-title">Keys</h2>
        <button type="submit" className="tool-button" title="Close">
          <X className="icon" />
          <span className="hidden">Close</span>
        </button>
      </form>
      <dl>
        {keyHelp.map(({ keys, does }) => (
          <Fragment key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
    </dialog>
  );
}
