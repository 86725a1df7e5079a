import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { boundMs } from "../../src/cache/job-records.ts";
import { commitCache, type Opened, openCache, tidyCache } from "../../src/cache/store.ts";
import { identify } from "../../src/runner/identity.ts";
import type { Host } from "./as-host.ts";
import type { BerthUser, BerthUserSaid } from "./berth-user.ts";
import { needsRoot, run } from "./children.ts";
import { berthPath, inForce, look } from "./disk.ts";
import { atEnd, build, scratch } from "./jobs.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Two machines whose runners differ in nothing but the machine's name, with clocks that are 20 minutes apart. */
const machines = [
	{ name: "ahead", aheadMs: 10 * minute },
	{ name: "behind", aheadMs: -10 * minute },
] as const;

type Part = Pick<BerthUser, "does" | "rounds"> & { readonly on: 0 | 1 };

/** Lets processes on both machines at one berth of a share, and answers what was wrong, and what each found. */
async function together(t: TestContext, parts: readonly Part[]): Promise<[string, BerthUserSaid[]]> {
	const share = scratch(t);
	build(join(share, "root"), "app", layers("base"));
	const said = await Promise.all(
		parts.map(async ({ on, does, rounds }, at) => {
			const mountedAt = scratch(t);
			const host: Host = { ...machines[on], share, mountedAt };
			const runner = runnerOn(on, `${at}`);
			const user: BerthUser = {
				root: join(mountedAt, "root"),
				name: "app",
				runner,
				does,
				rounds,
				maxAgeMs: hour,
			};
			const ended = await run("berth-user.ts", { args: [JSON.stringify(user)], host });
			assert.equal(ended.code, 0, ended.stderr);
			return ended.said as BerthUserSaid;
		}),
	);
	return [join(share, "root"), said];
}

function runnerOn(machine: 0 | 1, name = "runner"): string {
	const env = { RUNNER_NAME: name, RUNNER_TEMP: "/home/runner/work/_temp" };
	return identify(env, machines[machine].name, 1).runner;
}

describe("a cache root that two machines share, one's clock 20 minutes behind the other's", {
	skip: needsRoot,
}, () => {
	test("serves their jobs at once: each finds a whole cache and commits, and nothing else is left", async (t) => {
		const parts: Part[] = [
			{ on: 0, does: "build", rounds: 40 },
			{ on: 1, does: "build", rounds: 40 },
			{ on: 0, does: "sweep", rounds: 200 },
			{ on: 1, does: "sweep", rounds: 200 },
			{ on: 1, does: "look", rounds: 100 },
		];
		const [root, said] = await together(t, parts);
		assert.deepEqual(
			said.flatMap(({ wrong }) => wrong),
			[],
		);
		assert.deepEqual([said[0]?.found, said[1]?.found, said[4]?.found], [40, 40, 100]);
		const { current, ...rest } = look(root, "app");
		assert.deepEqual(rest, { generations: [current], clones: [], others: [], jobs: [] });
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});

/** A berth as one machine's job sees it: through its own mount, by its own clock. */
type Seat = { readonly root: string; readonly runner: string; readonly now: () => Date };

/** One share, mounted at two places in this process, for stories whose order matters. */
function twoSeats(t: TestContext): readonly [Seat, Seat] {
	const share = scratch(t);
	const seat = (machine: 0 | 1): Seat => {
		const mountedAt = scratch(t);
		execFileSync("mount", ["--bind", share, mountedAt]);
		atEnd(t, () => execFileSync("umount", [mountedAt]));
		const now = () => new Date(Date.now() + machines[machine].aheadMs);
		return { root: join(mountedAt, "root"), runner: runnerOn(machine), now };
	};
	return [seat(0), seat(1)];
}

function openAt({ root, runner, now }: Seat, job: string): Opened {
	const opened = openCache({ root, name: "app", me: { runner, job }, engine: null, now: now() });
	assert.ok(opened.kind === "open", JSON.stringify(opened));
	return opened;
}

function commitAt({ runner, now }: Seat, { hold, dir }: Opened, seed: string): void {
	exportInto(dir, layers("base", seed));
	const committed = commitCache(hold, { runner, job: "its own" }, { now: now() });
	assert.equal(committed.kind, "swapped-in", JSON.stringify(committed));
}

function tidyAt({ root, runner, now }: Seat, maxAgeMs = 14 * 24 * hour): readonly unknown[] {
	const tidied = tidyCache(root, { runner, job: "cleanup" }, { maxAgeMs }, now());
	assert.ok("removed" in tidied, JSON.stringify(tidied));
	return tidied.removed;
}

describe("on a share of machines whose clocks differ", { skip: needsRoot }, () => {
	for (const [first, second] of [
		[0, 1],
		[1, 0],
	] as const) {
		test(`the later swap wins, be it the one ${machines[second].name}`, (t) => {
			const seats = twoSeats(t);
			const [early, late] = [openAt(seats[first], "one"), openAt(seats[second], "two")];
			commitAt(seats[first], early, "early");
			commitAt(seats[second], late, "late");
			const { root } = seats[first];
			assert.equal(look(root, "app").current, late.hold.clone.id);
			const next = openAt(seats[first], "three");
			assert.equal(next.hold.clone.base?.generation, late.hold.clone.id);
			assert.deepEqual([faultsIn(next.dir), next.remarks], [[], []]);
		});

		test(`the one ${machines[first].name} leaves alone what a job on the other has open, until no job can be so old`, (t) => {
			const seats = twoSeats(t);
			const { root } = seats[second];
			const opened = openAt(seats[second], "killed");
			exportInto(opened.dir, layers("base"));
			const { clone, job } = opened.hold;
			const parts = [join(root, "jobs", `${job}.json`), berthPath(root, "app", "clones", clone.id)];
			const isAged = (ms: number) => {
				for (const part of parts) utimesSync(part, new Date(Date.now() - ms), new Date(Date.now() - ms));
			};
			assert.deepEqual(tidyAt(seats[first]), []);
			isAged(boundMs - hour);
			assert.deepEqual(tidyAt(seats[first]), []);
			assert.deepEqual(look(root, "app").clones, [clone.id]);
			isAged(boundMs + hour);
			assert.equal(tidyAt(seats[first]).length, 1);
			assert.deepEqual([look(root, "app").clones, readdirSync(join(root, "jobs"))], [[], []]);
		});

		test(`the one ${machines[first].name} leaves alone a generation of the other's that is arriving`, (t) => {
			const seats = twoSeats(t);
			const opened = openAt(seats[second], "one");
			exportInto(opened.dir, layers("base"));
			const { root } = seats[second];
			const { id } = opened.hold.clone;
			const arriving = berthPath(root, "app", "generations", id);
			mkdirSync(dirname(arriving));
			// As after a commit's first rename, with `current` still to come.
			renameSync(opened.dir, arriving);
			assert.deepEqual(tidyAt(seats[first], -hour), []);
			assert.deepEqual(look(root, "app").generations, [id]);
		});
	}

	test("a job that one machine killed is cleared away by its own runner's next, not by its namesake on the other", (t) => {
		const [one, other] = twoSeats(t);
		const { clone } = openAt(one, "killed").hold;
		const neighbour = openAt(other, "next");
		assert.ok(look(one.root, "app").clones.includes(clone.id));
		openAt(one, "next");
		assert.ok(!look(one.root, "app").clones.includes(clone.id));
		assert.ok(look(one.root, "app").clones.includes(neighbour.hold.clone.id));
	});
});
