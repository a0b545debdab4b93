"""Speed and quality, each beside a peer or a raw limit in the same run; see RESULTS.md."""
