import type { Reason } from "./miss.ts";

/** What became of a base image: another digest under its name, another image, or none. */
export function describeImages(was: readonly string[], is: readonly string[]): string {
	const name = (image: string | undefined) => image?.replace(/@.*/s, "") ?? "";
	const digest = (image: string | undefined) => /@sha256:([0-9a-f]{12})/.exec(image ?? "")?.[1] ?? "nothing";
	const [before, after] = [was[0], is[0]];
	if (before === undefined) return `${name(after)} is new to it`;
	if (after === undefined) return `${name(before)} is no longer under it`;
	if (name(before) !== name(after)) return `its base image was ${name(before)}, is ${name(after)}`;
	return `its base image ${name(after)} changed: was ${digest(before)}, is ${digest(after)}`;
}

/** Values that changed, by name. */
export function changedValues(names: readonly string[]): Reason {
	const some = listed(names);
	return { cause: "build-argument", detail: `the value of ${some} changed (ARG or ENV)` };
}

/** Files that changed, by name, if these are known. */
export function changedFiles(names: readonly string[]): Reason {
	const some = names.length === 0 ? "" : ` (${listed(names)})`;
	return { cause: "input-files", detail: `its input files changed${some}` };
}

function listed(names: readonly string[]): string {
	const most = 3;
	const more = names.length > most ? ` and ${names.length - most} more` : "";
	return `${names.slice(0, most).join(", ")}${more}`;
}

/** An instruction's words, short enough for a line. */
export function quoted(text: string): string {
	return JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text);
}
