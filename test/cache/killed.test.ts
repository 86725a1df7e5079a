import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { compileCache, run } from "./children.ts";
import { entries, inForce, look } from "./disk.ts";
import { build, newRoot, open, tidy } from "./jobs.ts";
import { blob, exportInto, faultsIn, hexOfLayer, layer, layers } from "./layouts.ts";
import type { OneJob } from "./one-job.ts";

type Story = {
	/** What lies in the root before the job that is killed. */
	readonly before: (root: string) => void;
	readonly name: string;
	readonly seeds: readonly string[];
};

const longName = "registry.example/".repeat(20);

const stories: Readonly<Record<string, Story>> = {
	"the first job of a root": { before: () => {}, name: longName, seeds: ["base"] },
	"a job that changes the last layer": {
		before: (root) => build(root, "app", layers("base", "old")),
		name: "app",
		seeds: ["base", "new"],
	},
	"a job that finds a broken cache and a dead neighbour": {
		before: (root) => {
			build(root, "app", layers("base"));
			truncateSync(blob(inForce(root, "app"), hexOfLayer(layer("base"))), 1);
			exportInto(open(root, "other", { runner: "runner", job: "dead" }).dir, layers("half"));
		},
		name: "app",
		seeds: ["base"],
	},
};

/** Runs a story's job, killed before its Nth change to the disk; false if it came to its end before. */
async function killedAt(
	n: number,
	t: TestContext,
	story: Story,
	env: Record<string, string>,
): Promise<boolean> {
	const root = newRoot(t);
	story.before(root);
	const former = look(root, story.name).current;
	const job: OneJob = { root, name: story.name, seeds: story.seeds, me: { runner: "runner", job: "killed" } };
	const ended = await run("one-job.ts", {
		args: [JSON.stringify(job)],
		preload: "kill-at.ts",
		env: { ...env, KILL_AT: `${n}` },
	});
	assert.ok(ended.signal === "SIGKILL" || ended.code === 0, ended.stderr);
	if (look(root, story.name).current !== former) assert.deepEqual(faultsIn(inForce(root, story.name)), []);
	nextJob(root, story.name, n);
	return ended.signal === "SIGKILL";
}

/** The same runner's next job has to find all well, and to leave nothing of the one that was killed. */
function nextJob(root: string, name: string, n: number): void {
	const me = { runner: "runner", job: "next" };
	const opened = open(root, name, me);
	if (opened.hold.clone.base !== null) assert.deepEqual(faultsIn(opened.dir), [], `killed at ${n}`);
	build(root, name, layers("base", "next"), me);
	assert.deepEqual(faultsIn(inForce(root, name)), [], `killed at ${n}`);
	tidy(root, { maxAgeMs: 60_000 }, { runner: "runner", job: "last" });
	const { current, ...rest } = look(root, name);
	const others = name === longName ? ["name"] : [];
	assert.deepEqual(rest, { generations: [current], clones: [], others, jobs: [] }, `killed at ${n}`);
	assert.deepEqual(entries(root), ["CACHEDIR.TAG", "berths", "jobs"], `killed at ${n}`);
	const tag = readFileSync(join(root, "CACHEDIR.TAG"), "utf8");
	assert.match(tag, /^Signature: 8a477f597d28d172789f06886806bc55\n/, `killed at ${n}`);
	const neighbour = entries(join(root, "berths")).includes("other") ? look(root, "other").clones : [];
	assert.deepEqual(neighbour, [], `killed at ${n}`);
}

describe("killed before any one of its changes to the disk, a job leaves a cache whole", () => {
	for (const [what, story] of Object.entries(stories)) {
		test(what, async (t) => {
			const env = compileCache(t);
			let [next, over] = [1, false];
			const worker = async () => {
				try {
					while (!over) {
						const n = next++;
						if (!(await killedAt(n, t, story, env))) over = true;
					}
				} finally {
					over = true;
				}
			};
			for (const ended of await Promise.allSettled([worker(), worker()]))
				if (ended.status === "rejected") throw ended.reason;
			assert.ok(next > 50, `only ${next} changes were seen: the preload missed some`);
		});
	}
});
