import { plain, table } from "./markdown.ts";
import { humanBytes } from "./units.ts";

/** One thing that the post step removed, and the bytes of disk that it alone held. */
export type TidiedThing = { readonly kind: string; readonly name: string; readonly bytes: number };

const mostRows = 20;

/** What the post step removed and what the disks say that freed, as GitHub markdown; empty if it removed nothing. */
export function renderTidied(name: string, removed: readonly TidiedThing[], freedBytes: number): string {
	if (removed.length === 0) return "";
	const rows = removed
		.toSorted((one, other) => other.bytes - one.bytes)
		.map((each) => [each.kind, plain(each.name), humanBytes(each.bytes)]);
	const rest = rows.length > mostRows ? [`… and ${rows.length - mostRows} more`, ""] : [];
	return [
		`### 🧹 ${name === "" ? "Berth" : `Berth: ${plain(name)}`}: ${humanBytes(freedBytes)} freed`,
		"",
		...table(["Removed", "Name", "Held alone"], rows.slice(0, mostRows)),
		...rest,
	].join("\n");
}
