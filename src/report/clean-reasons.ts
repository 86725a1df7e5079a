import type { CleanupKind, KeptThing } from "./cleanup-report.ts";

/** Things of one kind that stay for one reason; what differs among them is left out of it: `container … names it`. */
export type KeptGroup = { readonly kind: CleanupKind; readonly reason: string; readonly count: number };

// A name in quotes, or a number with what is written to it: 12m, 1.5GB.
const varying = /"[^"]*"|\d[\w.%]*/g;

/** Why things were kept, the reason of most of them first. */
export function groupKept(kept: readonly KeptThing[]): readonly KeptGroup[] {
	const groups = new Map<string, { kind: CleanupKind; reasons: string[] }>();
	for (const { kind, reason } of kept) {
		const key = `${kind} ${reason.replace(varying, "…")}`;
		const group = groups.get(key) ?? { kind, reasons: [] };
		group.reasons.push(reason);
		groups.set(key, group);
	}
	return [...groups.values()]
		.map(({ kind, reasons }) => ({ kind, reason: common(reasons), count: reasons.length }))
		.sort((one, other) => other.count - one.count);
}

function common(reasons: readonly string[]): string {
	const [first = ""] = reasons;
	const values = reasons.map((reason) => reason.match(varying) ?? []);
	let at = 0;
	return first.replace(varying, (value) => {
		const place = at++;
		return values.every((each) => each[place] === value) ? value : "…";
	});
}
