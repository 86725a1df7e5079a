import { plain, table } from "./markdown.ts";
import { humanBytes } from "./units.ts";

/** One thing that the post step removed, and the bytes of disk that came free. */
export type TidiedThing = { readonly kind: string; readonly name: string; readonly bytes: number };

const mostRows = 20;

/** What the post step cleaned and freed, as GitHub markdown; empty if it removed nothing. */
export function renderTidied(name: string, removed: readonly TidiedThing[]): string {
	if (removed.length === 0) return "";
	const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
	const rows = removed
		.toSorted((one, other) => other.bytes - one.bytes)
		.map((each) => [each.kind, plain(each.name), humanBytes(each.bytes)]);
	const rest = rows.length > mostRows ? [`… and ${rows.length - mostRows} more`, ""] : [];
	return [
		`### 🧹 ${name === "" ? "Berth" : `Berth: ${plain(name)}`}: ${humanBytes(freed)} freed`,
		"",
		...table(["Removed", "Of", "Freed"], rows.slice(0, mostRows)),
		...rest,
	].join("\n");
}
