<html><body><?= $title ?></body></html>
<?php
namespace App\Mail;

use App\Models\User;

/** Sends letters. */
final class Mailer implements Sender
{
    private array $queue = [];

    /**
     * Queues a letter.
     */
    #[Pure]
    public function send(User $to, string $text): bool
    {
        $this->queue[] = [$to, $text];
        return true;
    }
}

interface Sender
{
    public function send(User $to, string $text): bool;
}

trait Logs
{
    // Writes a line.
    protected function log(string $line): void
    {
        error_log($line);
    }
}

enum Status: string { case Open = 'open'; }

/* Greets. */
function greet(string $name): string
{
    return "Hello $name";
}
