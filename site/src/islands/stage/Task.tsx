/** The task is a sentence; goal and milestones unfold below it. */
import { Check, ChevronDown, Circle } from "lucide-react";
import { useSlice } from "../hooks/stage-context.ts";
import { Scroller } from "../parts/Scroller.tsx";
import { Text } from "../parts/Text.tsx";

export function TaskSentence({ isOpen, toggle }: { isOpen: boolean; toggle: () => void }) {
  const task = useSlice((state) => state.stage.task ?? state.head?.task ?? null);
  const goal = useSlice((state) => state.stage.goal ?? state.head?.goal ?? null);
  const milestones = useSlice((state) => state.stage.milestones);
  const all = milestones.values();
  const completed = all.filter((milestone) => milestone.completed).length;
  const title = task?.title ?? goal?.title;
  if (!title) return <p className="task task-none" data-testid="task" />;
  return (
    <button
      type="button"
      className="task"
      aria-expanded={isOpen}
      aria-controls="task-details"
      onClick={toggle}
    >
      <span className="task-title" data-testid="task" dir="auto">
        {title}
      </span>
      {all.length > 0 && (
        <span className="fact figure">
          {completed} of {all.length}
        </span>
      )}
      <ChevronDown className="icon chevron" aria-hidden="true" />
    </button>
  );
}

export function TaskDetails() {
  const task = useSlice((state) => state.stage.task ?? state.head?.task ?? null);
  const goal = useSlice((state) => state.stage.goal ?? state.head?.goal ?? null);
  const milestones = useSlice((state) => state.stage.milestones).values();
  return (
    <Scroller label="Task" className="task-details" id="task-details">
      {task && <Titled label="Task" title={task.title} description={task.description} />}
      {goal && <Titled label="Goal" title={goal.title} description={goal.description} />}
      {milestones.length > 0 && (
        <section>
          <h2>Milestones</h2>
          <ul className="milestones">
            {milestones.map(({ label, completed }) => (
              <li key={label} data-completed={completed}>
                {completed ? <Check className="icon" /> : <Circle className="icon" />}
                <span dir="auto">{label}</span>
                <span className="hidden">{completed ? "done" : "not done yet"}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Scroller>
  );
}

interface TitledProps {
  label: string;
  title: string;
  description: string | undefined;
}

function Titled({ label, title, description }: TitledProps) {
  return (
    <section>
      <h2>{label}</h2>
      <p dir="auto">{title}</p>
      {description && (
        <p className="task-description" dir="auto">
          <Text text={description} />
        </p>
      )}
    </section>
  );
}
