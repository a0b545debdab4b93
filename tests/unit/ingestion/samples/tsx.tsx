import { useState } from "react";

interface Props {
  start: number;
}

/** Counts clicks. */
export function Counter({ start }: Props) {
  const [count, setCount] = useState<number>(start);
  return <button onClick={() => setCount(count + 1)}>{count}</button>;
}

// A counter that starts at zero.
export const Zero = () => <Counter start={0} />;
