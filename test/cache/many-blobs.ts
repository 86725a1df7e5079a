import { commitCache, openCache, tidyCache } from "../../src/cache/store.ts";
import { exportInto, type Form, layer } from "./layouts.ts";

/** What the program below prints: how its two builds of many blobs ended, and the most memory that it took. */
export type ManyBlobsSaid = {
	readonly first: string;
	readonly second: string;
	readonly megabytesBefore: number;
	readonly mostMegabytes: number;
};

const [root = "", form, count] = process.argv.slice(2);
const stack = Array.from({ length: Number(count) }, (_, at) => layer(`layer ${at}`, 100));
const megabytesBefore = mostMegabytes();
const first = build("1");
stack[stack.length - 1] = layer("changed", 100);
const second = build("2");
const said: ManyBlobsSaid = { first, second, megabytesBefore, mostMegabytes: mostMegabytes() };
process.stdout.write(JSON.stringify(said));

function build(job: string): string {
	const [me, now] = [{ runner: "one", job }, new Date()];
	const opened = openCache({ root, name: "app", me, engine: null, now });
	if (opened.kind === "failed") return opened.problem;
	exportInto(opened.dir, stack, form as Form);
	const committed = commitCache(opened.hold, me, { now });
	tidyCache(root, me, { maxAgeMs: 60_000, maxSize: { kind: "bytes", bytes: Number.MAX_SAFE_INTEGER } }, now);
	return committed.kind;
}

function mostMegabytes(): number {
	return Math.round(process.resourceUsage().maxRSS / 1024);
}
