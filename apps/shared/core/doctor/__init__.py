"""What this site is configured to use, whether it answers, and how to mend what does not."""
