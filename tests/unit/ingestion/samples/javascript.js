// @ts-check
import { readFile } from "node:fs/promises";

const RETRIES = 3;

/**
 * Read a file as JSON.
 * @param {string} path where it lies
 */
export async function loadJson(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

// Wait for a number of milliseconds.
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A queue of jobs. */
export default class Queue {
  #jobs = [];

  /** Put a job at the end. */
  push(job) {
    this.#jobs.push(job);
    return this.#jobs.length;
  }

  static from(jobs) {
    const queue = new Queue();
    jobs.forEach((job) => queue.push(job));
    return queue;
  }

  drain = async () => {
    while (this.#jobs.length) await this.#jobs.shift()();
  };
}

// Shows one job.
function Row({ job }) {
  return <li className="job">{job.name}</li>;
}

module.exports.retry = function (task) {
  return task().catch(() => task());
};
