import { plain, table } from "./markdown.ts";
import type { MissReport, StepReport } from "./report.ts";
import { humanSeconds } from "./units.ts";

// A runner drops a summary over 1 MiB, and a reader's patience ends sooner.
const mostRows = 40;
const mostBars = 30;
const longestTitle = 60;
const shownSeconds = 0.05;

/** The steps of a build as a table, and a timeline of those that took time, as GitHub markdown; pure. */
export function renderSteps(steps: readonly StepReport[], miss: MissReport | null = null): string {
	const rows = steps.slice(0, mostRows).map((step) => {
		const first = step.name === miss?.step ? `, first not in the cache: ${plain(cut(miss.detail, 200))}` : "";
		const seconds = step.state === "cached" ? "" : humanSeconds(step.seconds);
		return [plain(cut(step.name, 120)), `${words[step.state]}${first}`, seconds];
	});
	const rest = steps.slice(mostRows);
	if (rest.length > 0) rows.push([`… and ${rest.length} more`, countStates(rest), humanSeconds(sum(rest))]);
	return [...table(["Step", "", "Took"], rows), ...timeline(steps)].join("\n");
}

const words = { cached: "cached", ran: "run", failed: "**failed**", cancelled: "cancelled" } as const;

function countStates(steps: readonly StepReport[]): string {
	const counts = Map.groupBy(steps, ({ state }) => state);
	return [...counts].map(([state, some]) => `${some.length} ${words[state]}`).join(", ");
}

function sum(steps: readonly StepReport[]): number {
	return steps.reduce((total, { state, seconds }) => total + (state === "cached" ? 0 : seconds), 0);
}

// Where one step took all the time a timeline tells nothing that the table doesn't.
function timeline(steps: readonly StepReport[]): string[] {
	const slow = steps
		.filter(({ state, seconds }) => state !== "cached" && seconds >= shownSeconds)
		.sort((one, other) => other.seconds - one.seconds)
		.slice(0, mostBars)
		.sort((one, other) => one.startedAt - other.startedAt);
	if (slow.length < 2) return [];
	const zero = Math.min(...slow.map(({ startedAt }) => startedAt));
	const last = Math.max(...slow.map(({ startedAt, seconds }) => startedAt + seconds)) - zero;
	const bars = slow.map(({ name, state, startedAt, seconds }) => {
		const start = Math.round((startedAt - zero) * 1000);
		const mark = state === "failed" ? "crit, " : "";
		return `\t${label(name, seconds)} :${mark}${start}, ${start + Math.max(1, Math.round(seconds * 1000))}`;
	});
	const axis = last < 60 ? "%-S.%Ls" : last < 3600 ? "%-M:%S" : "%-H:%M:%S";
	return ["```mermaid", "gantt", "\tdateFormat x", `\taxisFormat ${axis}`, ...bars, "```", ""];
}

// Mermaid ends a task's name at a colon, a statement at a semicolon, and takes # for an entity or a comment; what
// markdown would end is the fence. Look-alikes say the same to a reader.
function label(name: string, seconds: number): string {
	const lookalike: Readonly<Record<string, string>> = {
		...{ ":": "꞉", ";": "⁏", "#": "♯", "`": "ˋ", '"': "″", "<": "‹", ">": "›", "&": "+", "%": "％" },
	};
	const safe = cut(name, longestTitle).replace(/[:;#`"<>&%]/g, (char) => lookalike[char] ?? " ");
	const title = safe.replace(/\p{C}/gu, " ").trim();
	// A line that begins with one of its words is a statement.
	return `${title.startsWith("[") ? "" : "· "}${title} (${humanSeconds(seconds)})`;
}

function cut(text: string, most: number): string {
	const line = text.replace(/\s+/g, " ").trim();
	const chars = [...line];
	return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : line;
}
