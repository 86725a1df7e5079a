import { describeLoad } from "./load-lines.ts";
import type { CacheOutcome, CacheReport, RunReport } from "./report.ts";
import { humanBytes, humanSeconds } from "./units.ts";

/** The job summary of one run, as GitHub markdown; pure. */
export function renderSummary({ cache, build, images, imageProblems }: RunReport): string {
	const rows: [string, string][] = [["Cache", describeCache(cache)]];
	if (build !== null) {
		const again = build.ranAgain ? ", run again without a broken cache" : "";
		rows.push(["Build", `${build.succeeded ? "done" : "failed"} in ${humanSeconds(build.seconds)}${again}`]);
		if (build.imageId !== null) rows.push(["Image", build.imageId]);
	}
	for (const image of images) rows.push(["Loaded", describeLoad(image)]);
	const table = rows.map(([what, value]) => `| ${what} | ${plain(value)} |`);
	const problems = [...cache.problems, ...imageProblems].map(
		(problem) => `> [!WARNING]\n> ${plain(problem)}\n`,
	);
	const title = cache.name === "" ? "Berth" : `Berth: ${plain(cache.name)}`;
	return [`### ${title}`, "", "| | |", "|---|---|", ...table, "", ...problems].join("\n");
}

/** What the cache did in a job, on one line. */
export function describeCache({ hit, bytesFound, outcome }: CacheReport): string {
	if (outcome.kind === "off") return "off";
	return `${hit ? `hit, ${humanBytes(bytesFound)} found` : "miss"}; ${describeOutcome(outcome)}`;
}

/** How the berth was left, on one line. */
export function describeOutcome(outcome: CacheOutcome): string {
	switch (outcome.kind) {
		case "off":
			return "off";
		case "wired":
			return "what the job's own build exports is swapped in when the job ends";
		case "not-kept":
			return `nothing swapped in: ${outcome.reason}`;
		case "unchanged":
			return `unchanged, generation ${outcome.generation} stays`;
		case "swapped-in": {
			const shared =
				outcome.bytesShared > 0 ? `, ${humanBytes(outcome.bytesShared)} of it shared with other berths` : "";
			const bytes = `${humanBytes(outcome.bytesReused)} reused, ${humanBytes(outcome.bytesWritten)} written${shared}`;
			const freed = outcome.bytesFreed > 0 ? `, ${humanBytes(outcome.bytesFreed)} freed` : "";
			return `generation ${outcome.generation} swapped in, ${bytes}${freed}`;
		}
	}
}

// Names and messages are a user's or an engine's text: in a table they must not become markup.
function plain(text: string): string {
	return text.replace(/[\r\n]+/g, " ").replace(/[&<>|`*_~@#[\]\\]/g, (char) => `&#${char.charCodeAt(0)};`);
}
