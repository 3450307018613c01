import { Component, type ReactNode } from "react";

interface Props {
  /** What stands here, as part of a sentence: `the terminal`. */
  part: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** Where a part fails, it says so in its own place and the rest of the page goes on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="notice" role="alert">
        <h2>Cannot show {this.props.part}</h2>
        <p>{error.message} The session itself goes on; nothing of it is lost.</p>
        <button
          type="button"
          className="plain-button"
          onClick={() => this.setState({ error: null })}
        >
          Try again
        </button>
      </div>
    );
  }
}
