import type { Head } from "@kulti/protocol";

/** Quiet: the viewer may want to finish what they look at. */
export function NewerSession({ head }: { head: Head }) {
  return (
    <p className="newer" role="status">
      A new session has begun
      {head.task ? (
        <>
          : <bdi>{head.task.title}</bdi>
        </>
      ) : null}{" "}
      — <a href={`/watch/${head.agent_id}`}>watch it</a>
    </p>
  );
}
