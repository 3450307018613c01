import { Component, type ReactNode } from "react";

interface Props {
  /** The part's name inside a sentence: `the terminal`. */
  part: string;
  /** For a part that the page can do without. */
  close?: () => void;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** Shows a notice in place of a part that fails, so that the rest of the page keeps working. */
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
        <p>{error.message}</p>
        <p>The session continues; nothing is lost.</p>
        <p className="notice-actions">
          <button
            type="button"
            className="plain-button"
            onClick={() => this.setState({ error: null })}
          >
            Try again
          </button>
          {/* The browser does not retry a script that failed to load. */}
          <button type="button" className="plain-button" onClick={() => location.reload()}>
            Load the page again
          </button>
          {this.props.close && (
            <button type="button" className="plain-button" onClick={this.props.close}>
              Close
            </button>
          )}
        </p>
      </div>
    );
  }
}
